package io.quicpool.core.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.PoolLabel;
import io.quicpool.core.report.PoolLog;
import io.quicpool.testing.LogLines;
import org.junit.jupiter.api.Test;

/** However many clients come and go, the log gets a few lines a second and counts all others. */
class ClientLogTest {

    private final LogLines lines = new LogLines();
    private final ClientLog log = new ClientLog(new PoolLog(PoolLabel.server("orders"), lines));

    @Test
    void theFirstAreLoggedAndTheOthersCounted() {
        int[] said = {0};
        await().until(() -> {
            // A slow machine may need more than one second for so many.
            for (int i = 0; i < 1_000; i++) {
                log.record("client " + said[0]++);
            }
            return lines.written.size() < said[0] / 10;
        });
        assertThat(lines.written.get(0)).isEqualTo("server orders: client 0");
        await().until(() -> {
            log.flush();
            return counted() == said[0];
        });
    }

    private long counted() {
        return lines.written.stream()
                .mapToLong(line -> line.contains("more time") ? Long.parseLong(line.replaceAll("[^0-9]", "")) : 1)
                .sum();
    }

    @Test
    void fewAreLoggedEach() {
        for (int i = 0; i < ClientLog.MAX_LINES; i++) {
            log.record("client " + i);
            log.flush();
        }
        assertThat(lines.written).hasSize(ClientLog.MAX_LINES).doesNotHaveDuplicates();
    }
}
