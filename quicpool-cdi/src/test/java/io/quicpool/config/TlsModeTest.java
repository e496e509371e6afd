package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsModeTest {

    @ParameterizedTest
    @CsvSource({
        "0, INSECURE", "1, SELF_SIGNED", "2, VERIFIED",
        "insecure, INSECURE", "self-signed, SELF_SIGNED", "verified, VERIFIED",
        "Self-Signed, SELF_SIGNED", "' VERIFIED ', VERIFIED"
    })
    void isReadByNumberAndByName(String text, TlsMode mode) {
        assertThat(TlsMode.parse(text)).isEqualTo(mode);
    }

    @ParameterizedTest
    @EnumSource
    void isReadAsItIsWritten(TlsMode mode) {
        assertThat(TlsMode.parse(mode.text())).isEqualTo(mode);
        assertThat(TlsMode.parse(Integer.toString(mode.code()))).isEqualTo(mode);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "-1", "02", "self_signed", "selfsigned", "true", "veri fied"})
    void refusesAllElse(String text) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> TlsMode.parse(text))
                .withMessage("tls-mode = " + text
                        + ": must be 0 (insecure), 1 (self-signed) or 2 (verified), by number or by name");
    }
}
