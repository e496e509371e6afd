package io.quicpool.core.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharePolicyTest {

    @ParameterizedTest(name = "{0} places, held by others: {1}, {2} want all: {3} each")
    @CsvSource({
        "1024, '', 1, 1024",
        "1024, '', 3, 341",
        "20, '', 30, 1",
        "1024, '64', 1, 960",
        "1024, '64 64 64', 2, 416",
        "1024, '1000', 1, 512",
        "1024, '10 1000', 1, 507",
        "1000, '0 0 0 0', 1, 1000",
    })
    void share(int capacity, String modest, int greedy, int expected) {
        int[] held = Arrays.stream(modest.split(" "))
                .filter(each -> !each.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
        assertThat(SharePolicy.share(capacity, held, greedy)).isEqualTo(expected);
    }
}
