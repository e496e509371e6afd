package io.quicpool.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.PoolLabel;
import io.quicpool.testing.LogLines;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** However many refusals there are, the log gets one line a second, with the number of the others. */
class RefusalLogTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5);

    private final LogLines lines = new LogLines();
    private long now = Long.MAX_VALUE - 1000;
    private final RefusalLog log =
            new RefusalLog(new PoolLog(PoolLabel.server("orders"), lines), new Metrics(), () -> this.now);

    @Test
    void oneLineASecondWithTheNumberOfTheOthers() {
        for (int i = 0; i < 100; i++) {
            log.record(Reason.Refused.ADDRESS, CLIENT);
        }
        assertThat(lines.written)
                .containsExactly("server orders: refused 127.0.0.1:5: its address is not in client-ip");
        now += SECOND - 1;
        log.record(Reason.Refused.HANDSHAKES, CLIENT);
        assertThat(lines.written).hasSize(1);
        now++;
        log.record(Reason.Refused.HANDSHAKES, CLIENT);
        assertThat(lines.written.get(1))
                .endsWith("too many clients are connecting (max-pending-handshakes) (100 more since the last message)");
    }

    /** The last refusals of a burst are counted in the log too, although none follows. */
    @Test
    void theOthersAreLoggedWhenRefusalsStop() {
        for (int i = 0; i < 4; i++) {
            log.record(Reason.Refused.ADDRESS, CLIENT);
        }
        log.flush();
        assertThat(lines.written).as("within the second").hasSize(1);
        now += SECOND;
        log.flush();
        assertThat(lines.written).hasSize(2);
        assertThat(lines.written.get(1)).isEqualTo("server orders: refused 3 more since the last message");
        now += SECOND;
        log.flush();
        assertThat(lines.written).hasSize(2);
    }

    /** A line with a client says more than a number. So while refusals come, each line has a client. */
    @Test
    void aNumberAloneIsLoggedOnlyWhenNobodyComes() {
        while (lines.written.size() < 3) {
            log.record(Reason.Refused.ADDRESS, CLIENT);
            log.flush();
            now += SECOND / 100;
        }
        assertThat(lines.written).allMatch(line -> line.contains("its address is not in client-ip"));
    }
}
