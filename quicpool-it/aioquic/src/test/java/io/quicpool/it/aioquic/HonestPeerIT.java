package io.quicpool.it.aioquic;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.it.support.LineProcess;
import io.quicpool.it.support.PemFiles;
import io.quicpool.testing.Pools;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An honest peer over aioquic, another QUIC stack. */
class HonestPeerIT {

    private final Pools pools = new Pools();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        pools.close();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            kwik,  echo,              'right 20, ids 20'
            kwik,  key_update,        'right 5'
            kwik,  long_client_hello, 'right True'
            kwik,  grease,            'right True'
            netty, echo,              'right 20, ids 20'
            netty, key_update,        'right 5'
            netty, long_client_hello, 'right True'
            netty, grease,            'right True'
            """)
    void aServerPoolServesIt(String engine, String what, String seen) throws Exception {
        ServerPool server = pools.server(s -> s.transport(engine));
        server.serve(stream -> stream.outputStream().write(stream.inputStream().readAllBytes()));
        try (LineProcess client = Python.start("honest")) {
            assertThat(client.ask(what + " " + server.localAddress().getPort(), "done"))
                    .isEqualTo(seen);
        }
        assertThat(server.snapshot().totals().refused().values()).containsOnly(0L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kwik", "netty"})
    void aClientPoolIsServedByIt(String engine) throws Exception {
        PemFiles files = PemFiles.write(Pools.CERTIFICATE, folder);
        try (LineProcess server = Python.start(
                "honest", files.certificate().toString(), files.privateKey().toString())) {
            int port = Integer.parseInt(server.next("port"));
            ClientPool client =
                    pools.client("127.0.0.1:" + port, c -> c.transport(engine).capacity(8, 8));
            await().atMost(SOON).until(client::ready);
            Set<String> ids = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                try (PooledStream stream = client.take(SOON)) {
                    stream.readTimeout(SOON);
                    byte[] request = {(byte) i, 1, 2, 3};
                    stream.outputStream().write(request);
                    stream.outputStream().close();
                    assertThat(stream.inputStream().readAllBytes()).isEqualTo(request);
                    ids.add(stream.id().toString());
                }
            }
            assertThat(ids).hasSize(100);
            assertThat(client.errorCount()).isZero();
            assertThat(client.snapshot().totals().connects()).isOne();
        }
    }
}
