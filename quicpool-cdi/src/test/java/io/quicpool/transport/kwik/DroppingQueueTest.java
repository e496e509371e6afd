package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Elements that do not fit are dropped and reported. */
class DroppingQueueTest {

    @Test
    void aDroppedElementIsReported() {
        List<String> dropped = new ArrayList<>();
        DroppingQueue<String> queue = new DroppingQueue<>(2, dropped::add);
        assertThat(queue.add("a")).isTrue();
        assertThat(queue.add("b")).isTrue();
        assertThat(queue.add("c")).isFalse();
        assertThat(dropped).containsExactly("c");
        assertThat(queue.poll()).isEqualTo("a");
        assertThat(queue.add("d")).isTrue();
        assertThat(queue).containsExactly("b", "d");
        assertThat(dropped).containsExactly("c");
    }
}
