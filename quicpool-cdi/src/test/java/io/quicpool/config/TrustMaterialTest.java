package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustMaterialTest {

    private static final String PASSWORD = "open-sesame";
    private static final KeyMaterial AUTHORITY = TestCertificates.authority();
    private static final X509Certificate ISSUER = AUTHORITY.certificateChain().get(0);
    private static final X509Certificate[] TRUSTED = chain(TestCertificates.issuedBy(AUTHORITY, "orders"));
    private static final X509Certificate[] UNTRUSTED = chain(TestCertificates.selfSigned("orders"));

    @TempDir
    Path folder;

    private static X509Certificate[] chain(KeyMaterial material) {
        return material.certificateChain().toArray(X509Certificate[]::new);
    }

    private static void trustsTheIssuerOnly(TrustMaterial trust) {
        assertThat(trust.trustManager().getAcceptedIssuers()).containsExactly(ISSUER);
        assertThatNoException().isThrownBy(() -> trust.trustManager().checkServerTrusted(TRUSTED, "UNKNOWN"));
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> trust.trustManager().checkServerTrusted(UNTRUSTED, "UNKNOWN"));
    }

    private static void refusedPem(Path file, String why) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> TrustMaterial.fromPem(file))
                .withMessage("trust-store = " + file + ": " + why);
    }

    private static void refusedStore(Path file, @Nullable String password, String why) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(
                        () -> TrustMaterial.fromKeyStore(file, null, password == null ? null : password.toCharArray()))
                .withMessage("trust-store = " + file + ": " + why);
    }

    @Test
    void trustsWhatIsGiven() throws Exception {
        trustsTheIssuerOnly(TrustMaterial.of(List.of(ISSUER)));
        Path pem = Files.writeString(folder.resolve("ca.pem"), KeyFiles.pem(List.of(ISSUER)));
        trustsTheIssuerOnly(TrustMaterial.fromPem(pem));
        for (String type : List.of("PKCS12", "JKS")) {
            Path store = KeyFiles.certificate(folder.resolve(type), type, PASSWORD, ISSUER);
            trustsTheIssuerOnly(TrustMaterial.fromKeyStore(store, type, PASSWORD.toCharArray()));
        }
    }

    @Test
    void opensAStoreThatNeedsNoPassword() throws Exception {
        Path store = KeyFiles.certificate(folder.resolve("store"), "JKS", PASSWORD, ISSUER);
        trustsTheIssuerOnly(TrustMaterial.fromKeyStore(store, "JKS", null));
    }

    @Test
    void theJdkTrustsNoneOfOurs() {
        TrustMaterial jdk = TrustMaterial.jdk();
        assertThat(jdk.trustManager().getAcceptedIssuers()).isNotEmpty().doesNotContain(ISSUER);
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> jdk.trustManager().checkServerTrusted(TRUSTED, "UNKNOWN"));
    }

    @Test
    void takesEveryCertificateOfAPemFileOrNone() throws Exception {
        Path pem = Files.writeString(folder.resolve("ca.pem"), KeyFiles.pem(List.of(ISSUER, UNTRUSTED[0])));
        assertThat(TrustMaterial.fromPem(pem).trustManager().getAcceptedIssuers())
                .containsExactlyInAnyOrder(ISSUER, UNTRUSTED[0]);
        Files.writeString(pem, KeyFiles.pem(List.of(ISSUER)) + "-----BEGIN CERTIFICATE-----\nMIIB");
        refusedPem(pem, "is damaged: there is no -----END CERTIFICATE-----");
    }

    @Test
    void refusesWhatHasNoCertificate() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "hello");
        refusedPem(text, "has no certificate; expected -----BEGIN CERTIFICATE-----");
        refusedPem(folder.resolve("missing"), "there is no such file");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> TrustMaterial.of(List.of()))
                .withMessage("trust-store = (given in code): has no certificate to trust");
    }

    @Test
    void refusesStoresThatTrustNobody() throws Exception {
        Path empty = KeyFiles.empty(folder.resolve("empty"), "PKCS12", PASSWORD);
        refusedStore(empty, PASSWORD, "has no trusted certificate entry");
        Path keys = KeyFiles.keys(folder.resolve("keys"), "PKCS12", PASSWORD, Map.of("a", AUTHORITY));
        refusedStore(keys, PASSWORD, "has no trusted certificate entry");
        Path store = KeyFiles.certificate(folder.resolve("store"), "PKCS12", PASSWORD, ISSUER);
        refusedStore(store, null, "has no trusted certificate entry that can be read without its password");
        refusedStore(store, "hunter2", "the password is wrong");
        refusedStore(folder, PASSWORD, "is a directory, not a file");
    }

    @Test
    void saysWhereItIsFromAndNoMore() throws Exception {
        Path store = KeyFiles.certificate(folder.resolve("store"), "PKCS12", PASSWORD, ISSUER);
        assertThat(TrustMaterial.fromKeyStore(store, null, PASSWORD.toCharArray()))
                .hasToString(store.toString());
        assertThat(TrustMaterial.jdk()).hasToString("the JDK's trust store");
    }
}
