package io.quicpool.core.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.core.streams.Slot.State;
import io.quicpool.testing.FakeStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every arrow in the diagram of a slot, and no other. */
class SlotTest {

    private static final Map<State, Consumer<Slot>> WAY_TO = Map.of(
            State.OPENING, slot -> {},
            State.IDLE, Slot::becomeIdle,
            State.TAKEN, Slot::takeOnArrival,
            State.EVICTED, Slot::evict,
            State.CLOSED,
                    slot -> {
                        slot.takeOnArrival();
                        slot.end();
                    });

    private record Arrow(String name, Set<State> from, State to, Predicate<Slot> move) {}

    private static final List<Arrow> ARROWS = List.of(
            new Arrow("becomeIdle", EnumSet.of(State.OPENING), State.IDLE, Slot::becomeIdle),
            new Arrow("take", EnumSet.of(State.IDLE), State.TAKEN, Slot::take),
            new Arrow("takeOnArrival", EnumSet.of(State.OPENING), State.TAKEN, Slot::takeOnArrival),
            new Arrow("giveBack", EnumSet.of(State.TAKEN), State.IDLE, Slot::giveBack),
            new Arrow("end", EnumSet.of(State.TAKEN), State.CLOSED, Slot::end),
            new Arrow("evict", EnumSet.of(State.OPENING, State.IDLE), State.EVICTED, slot -> slot.evict() != null));

    @ParameterizedTest
    @EnumSource
    void arrows(State from) {
        for (Arrow arrow : ARROWS) {
            Slot slot = new Slot(new FakeStream(), 0, 0);
            Objects.requireNonNull(WAY_TO.get(from)).accept(slot);
            assertThat(slot.state()).isEqualTo(from);
            boolean won = arrow.move.test(slot);
            assertThat(won).as("%s from %s", arrow.name, from).isEqualTo(arrow.from.contains(from));
            assertThat(slot.state()).isEqualTo(won ? arrow.to : from);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENING", "IDLE"})
    void evictingReturnsTheFormerState(State from) {
        Slot slot = new Slot(new FakeStream(), 0, 0);
        Objects.requireNonNull(WAY_TO.get(from)).accept(slot);
        assertThat(slot.evict()).isEqualTo(from);
    }
}
