package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.core.FairLimiter.Answer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FairLimiterTest {

    private int entries;

    private int fill(FairLimiter<String, Integer> places, String client, Answer with) {
        int entered = 0;
        while (places.enter(client, entries++) == with) {
            entered++;
        }
        return entered;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "4, 2", "16, 8", "256, 128", "65536, 32768"})
    void aClientThatIsAloneHasHalf(int most, int served) {
        FairLimiter<String, Integer> places = new FairLimiter<>(most, 0);
        assertThat(fill(places, "a", Answer.SERVED)).isEqualTo(served);
        assertThat(places.enter("a", -1)).isEqualTo(Answer.FULL);
    }

    @Test
    void ofThoseThatWaitTooAndNoneIsAskedToWaitInVain() {
        FairLimiter<String, Integer> places = new FairLimiter<>(16, 64);
        assertThat(fill(places, "a", Answer.SERVED)).isEqualTo(8);
        // One waits already: it was the one that was not served.
        assertThat(fill(places, "a", Answer.WAITS)).isEqualTo(31);
        assertThat(places.waiting()).isEqualTo(32);
        assertThat(places.enter("b", 1)).isEqualTo(Answer.SERVED);
    }

    @Test
    void theLastQuarterIsForClientsThatHaveNone() {
        FairLimiter<String, Integer> places = new FairLimiter<>(256, 0);
        for (int client = 0; client < 100; client++) {
            fill(places, "hog " + client, Answer.SERVED);
            if (places.served() >= 192) {
                break;
            }
        }
        assertThat(places.served()).isEqualTo(192);
        for (int client = 0; client < 64; client++) {
            assertThat(fill(places, "other " + client, Answer.SERVED)).isOne();
        }
        assertThat(places.enter("late", 1)).isEqualTo(Answer.FULL);
    }

    @Test
    void nextIsTheClientWithTheFewestAndThenTheOneThatWaitsLongest() {
        FairLimiter<String, Integer> places = new FairLimiter<>(2, 16);
        assertThat(places.enter("a", 1)).isEqualTo(Answer.SERVED);
        assertThat(places.enter("b", 2)).isEqualTo(Answer.SERVED);
        for (int i = 10; i < 13; i++) {
            assertThat(places.enter("a", i)).isEqualTo(Answer.WAITS);
        }
        assertThat(places.enter("c", 20)).isEqualTo(Answer.WAITS);
        assertThat(places.enter("d", 30)).isEqualTo(Answer.WAITS);
        assertThat(places.enter("d", 31)).isEqualTo(Answer.WAITS);
        assertThat(places.next()).isNull();
        List<Integer> order = new ArrayList<>();
        Queue<String> served = new ArrayDeque<>(List.of("b", "a"));
        while (!served.isEmpty()) {
            places.leave(served.remove());
            Integer next = places.next();
            if (next != null) {
                order.add(next);
                served.add(next < 20 ? "a" : next < 30 ? "c" : "d");
            }
        }
        assertThat(order).containsExactly(20, 10, 30, 11, 31, 12);
        assertThat(places.clients()).isZero();
    }

    @Test
    void whoGivesUpWaitsNoLonger() {
        FairLimiter<String, Integer> places = new FairLimiter<>(1, 8);
        places.enter("a", 1);
        assertThat(places.enter("b", 2)).isEqualTo(Answer.WAITS);
        assertThat(places.enter("b", 3)).isEqualTo(Answer.WAITS);
        assertThat(places.giveUp("b", 2)).isTrue();
        assertThat(places.giveUp("b", 2)).isFalse();
        assertThat(places.giveUp("a", 1)).isFalse();
        assertThat(places.giveUp("nobody", 1)).isFalse();
        places.leave("a");
        assertThat(places.next()).isEqualTo(3);
        assertThat(places.next()).isNull();
        places.leave("b");
        assertThat(places.clients()).isZero();
    }

    /** Against the rules, written down plainly, for any sequence of calls. */
    @Test
    void whateverHappensTheBoundsHoldAndNothingIsForgotten() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int most = 1 + random.nextInt(20);
            int mostWaiting = random.nextInt(20);
            FairLimiter<Integer, Integer> places = new FairLimiter<>(most, mostWaiting);
            Map<Integer, Integer> served = new HashMap<>();
            Map<Integer, Integer> waiting = new HashMap<>(); // entry to client
            for (int step = 0; step < 300; step++) {
                int client = random.nextInt(6);
                switch (random.nextInt(4)) {
                    case 0, 1 -> {
                        Answer answer = places.enter(client, step);
                        if (answer == Answer.SERVED) {
                            served.merge(client, 1, Integer::sum);
                        } else if (answer == Answer.WAITS) {
                            waiting.put(step, client);
                        } else {
                            assertThat(waiting.size() < mostWaiting && !waiting.containsValue(client))
                                    .as("seed %d: a client without any is refused", seed)
                                    .isFalse();
                        }
                    }
                    case 2 -> {
                        if (served.getOrDefault(client, 0) > 0) {
                            served.merge(client, -1, Integer::sum);
                            places.leave(client);
                            Integer next = places.next();
                            while (next != null) {
                                served.merge(waiting.remove(next), 1, Integer::sum);
                                next = places.next();
                            }
                        }
                    }
                    default -> {
                        if (!waiting.isEmpty()) {
                            Integer entry = waiting.keySet().iterator().next();
                            assertThat(places.giveUp(waiting.remove(entry), entry))
                                    .isTrue();
                        }
                    }
                }
                int all = served.values().stream().mapToInt(Integer::intValue).sum();
                assertThat(places.served()).as("seed %d", seed).isEqualTo(all).isLessThanOrEqualTo(most);
                assertThat(places.waiting())
                        .as("seed %d", seed)
                        .isEqualTo(waiting.size())
                        .isLessThanOrEqualTo(mostWaiting);
                assertThat(served.values()).as("seed %d", seed).allMatch(own -> own <= (most + 1) / 2);
                boolean starved =
                        all < most && waiting.values().stream().anyMatch(each -> served.getOrDefault(each, 0) == 0);
                assertThat(starved)
                        .as("seed %d: one waits while there is room", seed)
                        .isFalse();
            }
        }
    }
}
