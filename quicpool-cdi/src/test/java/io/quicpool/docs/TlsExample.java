package io.quicpool.docs;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.config.TrustMaterial;
import java.nio.file.Path;
import java.util.List;

/** The examples of docs/tls.md, compiled; ReadmeTest compares the two. */
final class TlsExample {

    private TlsExample() {}

    static List<Object> example(char[] password, String fingerprint) {
        // code begins
        ServerPoolConfig server = ServerPoolConfig.builder()
                .listen("0.0.0.0:4433")
                .certificate(KeyMaterial.fromPem(Path.of("/etc/tls/tls.crt"), Path.of("/etc/tls/tls.key")))
                .allowClient("10.0.0.0/8")
                .build();

        // Mode verified, the default; without trust, by the issuers that the JDK trusts.
        ClientPoolConfig verified = ClientPoolConfig.builder()
                .target("orders.example:4433")
                .trust(TrustMaterial.fromKeyStore(Path.of("/etc/tls/trust.p12"), "PKCS12", password))
                .build();

        ClientPoolConfig pinned = ClientPoolConfig.builder()
                .target("orders.example:4433")
                .tlsMode(TlsMode.SELF_SIGNED)
                .fingerprint(fingerprint)
                .build();
        // code ends
        return List.of(server, verified, pinned);
    }
}
