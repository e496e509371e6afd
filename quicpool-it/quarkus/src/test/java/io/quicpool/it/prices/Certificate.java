package io.quicpool.it.prices;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quicpool.it.support.PemFiles;
import io.quicpool.it.support.SelfSigned;
import java.nio.file.Path;
import java.util.Map;

/** A certificate for the tests. */
public class Certificate implements QuarkusTestResourceLifecycleManager {

    @Override
    public Map<String, String> start() {
        PemFiles files = PemFiles.write(SelfSigned.forLoopback("prices"), Path.of("target", "tls"));
        return Map.of(
                "quicpool.server.certificate", files.certificate().toString(),
                "quicpool.server.private-key", files.privateKey().toString(),
                "quicpool.client.trust-certificates", files.certificate().toString());
    }

    @Override
    public void stop() {}
}
