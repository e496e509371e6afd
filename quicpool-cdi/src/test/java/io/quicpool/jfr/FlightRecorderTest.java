package io.quicpool.jfr;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PoolTimeoutException;
import io.quicpool.ServerPool;
import io.quicpool.StreamId;
import io.quicpool.config.CapacityBounds;
import io.quicpool.testing.Pools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording has the events of pools, with names that people can read. */
class FlightRecorderTest {

    @TempDir
    Path folder;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private static List<RecordedEvent> of(List<RecordedEvent> all, String name) {
        return all.stream()
                .filter(event -> event.getEventType().getName().equals("quicpool." + name))
                .toList();
    }

    private List<RecordedEvent> record(Map<String, String> settings) throws Exception {
        Path file = folder.resolve("pools.jfr");
        try (Recording recording = new Recording()) {
            recording.setSettings(settings);
            recording.start();
            ServerPool server = pools.server(s -> s);
            ClientPool client = pools.client(server, c -> c.capacity(4, 4));
            awaitIdle(client, 4);
            for (int i = 0; i < 10; i++) {
                client.take(SOON).close();
            }
            client.capacityBounds(new CapacityBounds(2, 8));
            assertThatThrownBy(() -> server.take(new StreamId(1), Duration.ZERO))
                    .isInstanceOf(PoolTimeoutException.class);
            pools.close(server);
            await().until(() -> client.snapshot().totals().lost() == 1);
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file);
    }

    @Test
    void aRecordingHasWhatHappened() throws Exception {
        List<RecordedEvent> all = record(Map.of(
                "quicpool.StreamUse#enabled", "true",
                "quicpool.StreamOpen#enabled", "true",
                "quicpool.StreamWait#minimum", "0 ms"));
        assertThat(of(all, "StreamUse")).hasSize(10).allSatisfy(event -> {
            assertThat(event.getString("pool")).isEqualTo("client client");
            assertThat(event.getString("end")).isEqualTo("CLOSED");
            assertThat(event.getDuration("useTime")).isPositive().isLessThan(SOON);
        });
        assertThat(of(all, "StreamOpen")).hasSizeGreaterThan(12);
        assertThat(of(all, "StreamWait"))
                .extracting(event -> event.getString("pool") + " " + event.getString("end"))
                .contains("server server TIMED_OUT");
        assertThat(of(all, "Connection"))
                .extracting(event -> event.getString("pool") + " " + event.getString("state"))
                .contains("client client connected", "server server connected", "client client lost");
        assertThat(of(all, "BoundsChange")).hasSize(1).allSatisfy(event -> assertThat(event.getString("now"))
                .isEqualTo("2 to 8"));
        assertThat(of(all, "StreamEviction"))
                .extracting(event -> event.getString("reason"))
                .contains("closed");
        assertThat(of(all, "Refusal")).isEmpty();
    }

    /** Frequent ones are off, and so are short waits. */
    @Test
    void byDefaultARecordingHasWhatIsRare() throws Exception {
        List<RecordedEvent> all = record(Map.of());
        assertThat(of(all, "StreamUse")).isEmpty();
        assertThat(of(all, "StreamOpen")).isEmpty();
        assertThat(of(all, "Connection")).isNotEmpty();
        assertThat(of(all, "StreamWait"))
                .allSatisfy(event -> assertThat(event.getString("end").equals("TIMED_OUT")
                                || event.getDuration("waitTime").toMillis() >= 10)
                        .isTrue());
        assertThat(of(all, "StreamWait")).isNotEmpty();
    }

    @Test
    void everythingHasALabelForMissionControl() {
        new RecordedPool("").evicted("");
        Map<String, EventType> types = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .filter(type -> type.getName().startsWith("quicpool."))
                // Another test may have loaded the library with a class loader of its own.
                .collect(Collectors.toMap(EventType::getName, type -> type, (type, same) -> type));
        assertThat(types).isNotEmpty().allSatisfy((name, type) -> {
            assertThat(type.getCategoryNames()).containsExactly("quicpool");
            assertThat(type.getLabel()).isNotBlank();
            assertThat(type.getDescription()).isNotBlank();
            assertThat(type.getField("pool").getLabel()).isEqualTo("Pool");
        });
    }
}
