package io.quicpool.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.config.KeyMaterial;
import io.quicpool.testing.Pools;
import io.quicpool.testing.TestCertificates;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The server's certificate is renewed, EC and RSA in turn, under traffic: new clients get the new one, and no stream is
 * cut.
 */
@Scenario
class CertificateRenewalIT {

    private static final int RENEWALS = 10;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void renewedUnderTraffic() throws Exception {
        List<KeyMaterial> certificates = List.of(
                TestCertificates.selfSignedRsa("localhost", "127.0.0.1"),
                TestCertificates.selfSigned("localhost", "127.0.0.1"));
        Ledger served = new Ledger();
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> Traffic.answer(stream, served));
        ClientPool before = pools.client(server, c -> c.capacity(32, 64));
        await().until(before::ready);
        Traffic traffic = Traffic.of(before, 4, 3000);
        Ledger ofNew = new Ledger();
        for (int i = 0; i < RENEWALS; i++) {
            KeyMaterial next = certificates.get(i % certificates.size());
            server.certificate(next);
            // It pins the new one, so it would not connect with another.
            try (ClientPool client =
                    pools.client(server, c -> c.name("new").capacity(8, 8).fingerprint(next.fingerprint()))) {
                Traffic more = Traffic.of(client, 1, 3000);
                await().until(() -> more.ledger.answered.sum() > 50);
                more.close();
                more.assertNothingWrong();
                ofNew.add(more.ledger);
                assertThat(client.errorCount()).isZero();
            }
            long answered = traffic.ledger.answered.sum();
            await().until(() -> traffic.ledger.answered.sum() > answered + 100);
        }
        traffic.close();
        ofNew.add(traffic.ledger);
        Report.row("the certificate is renewed, " + RENEWALS + " times", "renewals " + RENEWALS, ofNew);
        traffic.assertNothingWrong();
        assertThat(served.examples()).isEmpty();
        assertThat(ofNew.cut.sum()).isZero();
        assertThat(before.snapshot().totals().lost()).isZero();
    }
}
