package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetSpecTest {

    private static TargetSpec parse(String text) {
        return TargetSpec.parse("target", text);
    }

    @Test
    void readsTargetsWithTheirZones() {
        TargetSpec spec = parse(" a:1@eu-1,b:2 , [::1]:3@eu_2.b ");
        assertThat(spec.targets())
                .extracting(TargetAddress::endpoint)
                .containsExactly(new Endpoint("a", 1), new Endpoint("b", 2), new Endpoint("::1", 3));
        assertThat(spec.targets()).extracting(TargetAddress::zone).containsExactly("eu-1", null, "eu_2.b");
        assertThat(spec.targets()).extracting(TargetAddress::serverName).containsExactly("a", "b", "::1");
        assertThat(spec.uri()).isNull();
        assertThat(spec).hasToString("a:1@eu-1, b:2, [::1]:3@eu_2.b").isEqualTo(parse(spec.toString()));
    }

    @Test
    void readsAUri() {
        TargetSpec spec = parse(" stork://my_service?zone=a ");
        assertThat(spec.uri()).isEqualTo(URI.create("stork://my_service?zone=a"));
        assertThat(spec.targets()).isEmpty();
        assertThat(spec).hasToString("stork://my_service?zone=a").isEqualTo(parse(spec.toString()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a:1@ | a zone must be 1 to 63 letters, digits, '.', '-' or '_'",
                "a:1@b@c | a zone must be 1 to 63 letters, digits, '.', '-' or '_'",
                "a:1@eu 1 | a zone must be 1 to 63 letters, digits, '.', '-' or '_'",
                "a:0@b | the port must be from 1 to 65535",
                "a@b | has no port; must be HOST:PORT, such as orders:4433, 10.0.0.5:4433 or [::1]:4433",
                "stork:// | is no URI; must be SCHEME://NAME",
                "stork:///path | has no name after the scheme; must be SCHEME://NAME",
                "stork://a b | is no URI; must be SCHEME://NAME"
            })
    void refuses(String text, String why) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> parse(text))
                .withMessage("target = " + text + ": " + why);
    }

    /** A pool knows a target by host and port. What is configured is more than that. */
    @Test
    void aTargetIsTheSameInAnotherZoneButASettingIsNot() {
        TargetAddress one = TargetAddress.parse("target", "a:1@x");
        TargetAddress other = TargetAddress.parse("target", "a:1@y");
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).hasToString("a:1");
        assertThat(one.isSame(other)).isFalse();
        assertThat(one.isSame(TargetAddress.parse("target", "a:1@x"))).isTrue();
        assertThat(TargetSpec.of(List.of(one))).isNotEqualTo(TargetSpec.of(List.of(other)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:1", "a b"})
    void refusesAServerNameThatIsNone(String name) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> TargetAddress.builder(new Endpoint("a", 1))
                        .serverName(name)
                        .build())
                .withMessageContaining("the server name must be a host name or an IP address without a port");
    }
}
