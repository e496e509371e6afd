package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quicpool.testing.TestCertificates;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {

    private static final String PLAIN = "00112233445566778899aabbccddeeff".repeat(2);
    private static final String COLONS =
            HexFormat.ofDelimiter(":").formatHex(HexFormat.of().parseHex(PLAIN));

    @ParameterizedTest
    @ValueSource(strings = {"", "sha256:", "SHA-256:", "Sha256:", "sha256 Fingerprint="})
    void readsWhatToolsPrint(String prefix) {
        Fingerprint expected = new Fingerprint(PLAIN);
        for (String digits : new String[] {PLAIN, COLONS, COLONS.replace(':', ' ')}) {
            assertThat(Fingerprint.parse("fingerprint", prefix + digits)).isEqualTo(expected);
            assertThat(Fingerprint.parse("fingerprint", " " + prefix + digits.toUpperCase(Locale.ROOT)))
                    .isEqualTo(expected)
                    .hasSameHashCodeAs(expected)
                    .hasToString(COLONS);
        }
    }

    @Test
    void refusesAllElse() {
        String[] wrong = {
            "", "sha256:", "sha1:" + PLAIN, PLAIN + "0", PLAIN.substring(1), "g" + PLAIN.substring(1), PLAIN + PLAIN
        };
        for (String text : wrong) {
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> Fingerprint.parse("fingerprint", text))
                    .withMessage("fingerprint = " + text + ": must be 64 hex digits, colons allowed");
        }
    }

    @Test
    void isTheDigestOfTheWholeCertificate() throws Exception {
        X509Certificate certificate =
                TestCertificates.selfSigned("orders").certificateChain().get(0);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        assertThat(Fingerprint.of(certificate))
                .hasToString(HexFormat.ofDelimiter(":").formatHex(digest));
    }
}
