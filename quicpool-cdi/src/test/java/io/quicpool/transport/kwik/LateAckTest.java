package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.Range;
import tech.kwik.core.impl.Version;

class LateAckTest {

    private static final AckFrame ACK =
            new AckFrame(Version.getDefault(), List.of(new Range(7, 9), new Range(4), new Range(0, 2)), 8);

    private final Map<Long, String> sent =
            new ConcurrentHashMap<>(LongStream.range(0, 10).boxed().collect(Collectors.toMap(n -> n, n -> "sent")));

    /** As kwik's LossDetector does. Its timer removes packet 8 between the two lookups. */
    private boolean isSent(long number) {
        return sent.containsKey(number)
                && !Objects.requireNonNull(loseEight(number).get(number)).isEmpty();
    }

    private Map<Long, String> loseEight(long number) {
        if (number == 8) {
            sent.remove(number);
        }
        return sent;
    }

    @Test
    void aPacketThatIsDeclaredLostMeanwhileIsPassedOver() {
        assertThat(new LateAck(ACK).getAckedPacketNumbers().filter(this::isSent).collect(Collectors.toList()))
                .containsExactly(9L, 7L, 4L, 2L, 1L, 0L);
    }

    @Test
    void saysWhatTheAcknowledgementSays() {
        AckFrame late = new LateAck(ACK);
        assertThat(late.getAckedPacketNumbers())
                .containsExactlyElementsOf(ACK.getAckedPacketNumbers().toList());
        assertThat(late.getAckedPacketNumbers().findFirst()).contains(9L);
        late.setDelayExponent(4);
        assertThat(late.getAckDelay()).isEqualTo(16).isEqualTo(ACK.getAckDelay());
        assertThat(late.getLargestAcknowledged()).isEqualTo(9);
        assertThat(late.getAcknowledgedRanges()).isEqualTo(ACK.getAcknowledgedRanges());
        assertThat(late).hasToString(ACK.toString());
        assertThat(late.isAckEliciting()).isFalse();
    }
}
