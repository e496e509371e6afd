package io.quicpool.tls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9525, section 6.3. Names are in lower case by then. */
class HostNamesTest {

    @ParameterizedTest
    @CsvSource({
        "orders.shop.example, orders.shop.example, true",
        "orders.shop.example, *.shop.example, true",
        "orders.shop.example, *.example, false",
        "shop.example, *.shop.example, false",
        ".shop.example, *.shop.example, false",
        "orders.shop.example, o*.shop.example, false",
        "orders.shop.example, *s.shop.example, false",
        "orders.shop.example, orders.*.example, false",
        "orders.shop.example, *.*.example, false",
        "orders.shop.example, **.shop.example, false",
        "orders, *, false",
        "orders.example, *, false",
        "orders.example, *., false",
        "orders.example, shop.example, false",
    })
    void aWildcardStandsForTheWholeFirstLabel(String host, String name, boolean matches) {
        assertThat(HostNames.matches(host, name)).isEqualTo(matches);
    }
}
