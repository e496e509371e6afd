package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

    @ParameterizedTest
    @CsvSource({
        "orders:4433, orders, 4433",
        "my_service.ns.svc:1, my_service.ns.svc, 1",
        "1.2.3.4:5, 1.2.3.4, 5",
        "[::1]:443, ::1, 443",
        "[2001:db8::a]:65535, 2001:db8::a, 65535",
        "[fe80::1%eth0]:443, fe80::1%eth0, 443",
        "0.0.0.0:0, 0.0.0.0, 0"
    })
    void readsHostAndPort(String text, String host, int port) {
        Endpoint endpoint = Endpoint.parse("target", text);
        assertThat(endpoint).isEqualTo(new Endpoint(host, port)).hasToString(text);
        assertThat(Endpoint.parse("target", "  " + text + "\n")).isEqualTo(endpoint);
    }

    @ParameterizedTest
    @CsvSource({
        "'', has no port",
        "orders, has no port",
        "orders:, has no port",
        "[::1], has no port",
        "[::1]:, has no port",
        "[::1]443, has no port",
        "[, has no port",
        ":443, has no usable host",
        "a b:443, has no usable host",
        "a/b:443, has no usable host",
        "user@host:443, has no usable host",
        "[1:zz]:443, has no usable host",
        "[:::]:443, has no usable host",
        "[%eth0:]:443, has no usable host",
        "[]:443, only an IPv6 address has brackets",
        "[orders]:443, only an IPv6 address has brackets",
        "[1.2.3.4]:443, only an IPv6 address has brackets",
        "::1:443, an IPv6 address needs brackets",
        "https://orders:443, an IPv6 address needs brackets"
    })
    void refusesAnotherForm(String text, String why) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> Endpoint.parse("listen", text))
                .withMessage("listen = " + text + ": " + why
                        + "; must be HOST:PORT, such as orders:4433, 10.0.0.5:4433 or [::1]:4433");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "+1", "65536", "99999999999", "https", "1 2", "0x1", "\u0661"})
    void refusesAPortOutOfRange(String port) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> Endpoint.parse("target", "orders:" + port))
                .withMessage("target = orders:" + port + ": the port must be a number from 0 to 65535");
    }

    @ParameterizedTest
    @CsvSource({"'', 1", "a b, 1", "[::1], 1", "a:b, 1", "orders, -1", "orders, 65536"})
    void isCheckedHoweverItIsMade(String host, int port) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> new Endpoint(host, port))
                .satisfies(e -> assertThat(e.property()).isEqualTo("endpoint"));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.5, 10.0.0.5:4433",
        "::1, [::1]:4433",
        "::, [::]:4433",
        "2001:db8::1, [2001:db8::1]:4433",
        "2001:db8:0:0:1:0:0:1, [2001:db8::1:0:0:1]:4433",
        "2001:0:0:1:0:0:0:1, [2001:0:0:1::1]:4433",
        "2001:db8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]:4433",
        "2001:db8:10:0:0:10::, [2001:db8:10::10:0:0]:4433",
        "fe80::1%1, [fe80::1%1]:4433"
    })
    void anAddressIsShownWithoutAName(String ip, String shown) throws Exception {
        byte[] bytes = InetAddress.getByName(ip).getAddress();
        InetAddress named = ip.contains("%") ? InetAddress.getByName(ip) : InetAddress.getByAddress("a-host", bytes);
        assertThat(Endpoint.text(new InetSocketAddress(named, 4433))).isEqualTo(shown);
    }

    @Test
    void anUnresolvedAddressIsShownByItsName() {
        assertThat(Endpoint.text(InetSocketAddress.createUnresolved("orders", 4433)))
                .isEqualTo("orders:4433");
    }

    @Test
    void isLookedUpOnlyWhenAsked() throws Exception {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        assertThat(Endpoint.parse("target", "127.0.0.1:5").resolve()).isEqualTo(new InetSocketAddress(loopback, 5));
        assertThat(Endpoint.parse("target", "[::1]:5").resolve().isUnresolved()).isFalse();
        Endpoint nowhere = Endpoint.parse("target", "nowhere.invalid:5");
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(nowhere::resolve)
                .withMessage("unknown host: nowhere.invalid");
    }
}
