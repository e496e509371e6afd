package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Closed streams are kept until they can be released, and no longer. */
class EndedStreamsTest {

    private final Set<Integer> open = new HashSet<>();
    private final List<Integer> released = new ArrayList<>();
    private final EndedStreams<Integer> ended =
            new EndedStreams<>(1000, stream -> !open.contains(stream), released::add);

    @Test
    void oneThatIsNeverReleasableDoesNotKeepTheOthers() {
        open.add(0);
        for (int stream = 0; stream < 100_000; stream++) {
            ended.add(stream);
            assertThat(ended.size()).isLessThanOrEqualTo(65);
        }
        assertThat(released).hasSizeGreaterThan(99_900).doesNotContain(0);
    }

    @Test
    void thoseThatAreReleasableLaterAreReleasedLater() {
        for (int stream = 0; stream < 1000; stream++) {
            open.add(stream);
            ended.add(stream);
        }
        assertThat(released).isEmpty();
        open.clear();
        ended.sweep();
        assertThat(ended.isEmpty()).isTrue();
        assertThat(released).hasSize(1000);
    }

    @Test
    void theOldestAreReleasedBeyondTheMaximum() {
        for (int stream = 0; stream < 1500; stream++) {
            open.add(stream);
            ended.add(stream);
        }
        assertThat(ended.size()).isEqualTo(1000);
        assertThat(released)
                .containsExactlyElementsOf(IntStream.range(0, 500).boxed().toList());
    }

    /** A burst of them must not make it drop each later one. */
    @Test
    void afterBeingFullItKeepsStreamsAgain() {
        for (int stream = 0; stream < 1500; stream++) {
            open.add(stream);
            ended.add(stream);
        }
        open.clear();
        released.clear();
        for (int stream = 2000; stream < 100_000; stream++) {
            open.add(stream);
            ended.add(stream);
            open.remove(stream - 10);
        }
        assertThat(released.stream().filter(stream -> stream >= 99_900)).noneMatch(open::contains);
        assertThat(released.stream().filter(open::contains)).hasSizeLessThanOrEqualTo(10);
        assertThat(ended.size()).isLessThanOrEqualTo(200);
    }

    /** When it is full it checks more often, so that releasable streams make room for new ones. */
    @Test
    void whenItIsFullReleasableStreamsMakeRoom() {
        for (int stream = 0; stream < 1500; stream++) {
            open.add(stream);
            ended.add(stream);
        }
        open.clear();
        released.clear();
        for (int stream = 2000; stream < 2100; stream++) {
            open.add(stream);
            ended.add(stream);
        }
        // Only streams that came before the check are released early.
        assertThat(released.stream().filter(open::contains)).hasSizeLessThanOrEqualTo(65);
        assertThat(ended.size()).isLessThanOrEqualTo(100);
    }
}
