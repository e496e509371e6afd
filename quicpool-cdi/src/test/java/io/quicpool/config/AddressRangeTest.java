package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.1.2.3/32",
        "10.0.0.0/8, 10.0.0.0/8",
        "0.0.0.0/0, 0.0.0.0/0",
        "' 192.168.1.128/25 ', 192.168.1.128/25",
        "::1, 0:0:0:0:0:0:0:1/128",
        "fd00::/8, fd00:0:0:0:0:0:0:0/8",
        "::/0, 0:0:0:0:0:0:0:0/0",
        "::ffff:10.1.2.3, 10.1.2.3/32"
    })
    void readsAddressesAndRanges(String text, String canonical) {
        AddressRange range = AddressRange.parse("client-ip", text);
        assertThat(range).hasToString(canonical);
        assertThat(AddressRange.parse("client-ip", canonical)).isEqualTo(range).hasSameHashCodeAs(range);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/8",
                "localhost",
                "orders/8",
                "10.0.0",
                "10.0.0.0.0",
                "256.1.1.1",
                "1.1.1.999",
                "010.0.0.1",
                "10.0.0.0/",
                "10.0.0.0/x",
                "10.0.0.0/+8",
                "10.0.0.0/-1",
                "10.0.0.0/8/8",
                "10.0.0.0/1000",
                "10.0.0.0/\u0668",
                "1:2",
                ":::",
                "fe80::1%lo",
                "[::1]",
                "face",
                "12345"
            })
    void refusesAllElse(String text) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> AddressRange.parse("client-ip", text))
                .withMessage("client-ip = " + text + ": must be an IP address or a CIDR range,"
                        + " such as 10.1.2.3, 10.0.0.0/8, ::1 or fd00::/8");
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3/8, has bits beyond its prefix; did you mean 10.0.0.0/8?",
        "10.0.0.1/31, has bits beyond its prefix; did you mean 10.0.0.0/31?",
        "0.0.0.1/0, has bits beyond its prefix; did you mean 0.0.0.0/0?",
        "fd00::1/8, has bits beyond its prefix; did you mean fd00:0:0:0:0:0:0:0/8?",
        "10.0.0.0/33, the prefix length must be from 0 to 32",
        "fd00::/129, the prefix length must be from 0 to 128"
    })
    void refusesAPrefixThatDoesNotFit(String text, String why) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> AddressRange.parse("client-ip", text))
                .withMessage("client-ip = " + text + ": " + why);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "10.0.0.0/31, 10.0.0.1, true",
        "10.0.0.0/31, 10.0.0.2, false",
        "0.0.0.0/0, 255.1.2.3, true",
        "0.0.0.0/0, ::1, false",
        "::/0, fd00::1, true",
        "::/0, 10.0.0.1, false",
        "fd00::/9, fd7f::1, true",
        "fd00::/9, fd80::1, false",
        "::1, ::1, true",
        "::1, ::2, false"
    })
    void contains(String range, String address, boolean inside) throws Exception {
        assertThat(AddressRange.parse("client-ip", range).contains(InetAddress.getByName(address)))
                .isEqualTo(inside);
    }

    @Test
    void ignoresTheScope() throws Exception {
        byte[] bytes = InetAddress.getByName("fe80::1").getAddress();
        Inet6Address scoped = Inet6Address.getByAddress(null, bytes, 1);
        assertThat(AddressRange.parse("client-ip", "fe80::/10").contains(scoped))
                .isTrue();
        assertThat(new AddressRange(scoped, 128)).hasToString("fe80:0:0:0:0:0:0:1/128");
    }

    @Test
    void takesAMappedAddressAsIpv4() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        mapped[12] = 10;
        InetAddress address = Inet6Address.getByAddress(null, mapped, -1);
        assertThat(address).isInstanceOf(Inet6Address.class);
        AddressRange range = AddressRange.parse("client-ip", "10.0.0.0/8");
        assertThat(new AddressRange(address, 8)).isEqualTo(range);
        assertThat(range.contains(address)).isTrue();
    }
}
