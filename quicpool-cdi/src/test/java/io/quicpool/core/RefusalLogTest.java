package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** However many are turned away, the log has a line a second, with the number of the others. */
class RefusalLogTest {

    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5);

    private final LogLines lines = new LogLines();
    private final RefusalLog log = new RefusalLog("orders", lines);

    @Test
    void oneLineASecondWithTheNumberOfTheOthers() {
        for (int i = 0; i < 100; i++) {
            log.tell(Reason.Refused.ADDRESS, CLIENT);
        }
        assertThat(lines.written)
                .containsExactly("orders: turned away localhost/127.0.0.1:5: its address is not in client-ip");
        int[] more = {0};
        long begin = System.nanoTime();
        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            more[0]++;
            log.tell(Reason.Refused.HANDSHAKES, CLIENT);
            return lines.written.size() == 2;
        });
        assertThat(System.nanoTime() - begin)
                .isGreaterThan(Duration.ofMillis(900).toNanos());
        assertThat(lines.written.get(1))
                .endsWith("too many clients are connecting (max-pending-handshakes) (and " + (99 + more[0] - 1)
                        + " others since the last such line)");
    }

    /** The last of a storm are told too, although nobody comes after them. */
    @Test
    void theOthersAreToldWhenRefusalsStop() {
        for (int i = 0; i < 4; i++) {
            log.tell(Reason.Refused.ADDRESS, CLIENT);
        }
        log.flush();
        assertThat(lines.written).as("within the second").hasSize(1);
        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            log.flush();
            return lines.written.size() == 2;
        });
        assertThat(lines.written.get(1)).isEqualTo("orders: turned away 3 more since the last such line");
        await().during(Duration.ofMillis(1100)).until(() -> {
            log.flush();
            return lines.written.size() == 2;
        });
    }

    /** Who comes is worth more than a number: as long as somebody does, the line is his. */
    @Test
    void aNumberAloneIsToldOnlyWhenNobodyComes() {
        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            log.tell(Reason.Refused.ADDRESS, CLIENT);
            log.flush();
            return lines.written.size() == 3;
        });
        assertThat(lines.written).allMatch(line -> line.contains("its address is not in client-ip"));
    }
}
