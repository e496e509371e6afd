package io.quicpool.core.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.core.handlers.FairLimiter.Answer;
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

    private int fill(FairLimiter<String, Integer> limiter, String client, Answer with) {
        int entered = 0;
        while (limiter.enter(client, entries++) == with) {
            entered++;
        }
        return entered;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "4, 2", "16, 8", "256, 128", "65536, 32768"})
    void aClientThatIsAloneHasHalf(int max, int served) {
        FairLimiter<String, Integer> limiter = new FairLimiter<>(max, 0);
        assertThat(fill(limiter, "a", Answer.SERVED)).isEqualTo(served);
        assertThat(limiter.enter("a", -1)).isEqualTo(Answer.FULL);
    }

    @Test
    void aClientThatIsAloneHasHalfOfTheQueueToo() {
        FairLimiter<String, Integer> limiter = new FairLimiter<>(16, 64);
        assertThat(fill(limiter, "a", Answer.SERVED)).isEqualTo(8);
        // One waits already: the one that was not served.
        assertThat(fill(limiter, "a", Answer.WAITS)).isEqualTo(31);
        assertThat(limiter.waiting()).isEqualTo(32);
        assertThat(limiter.enter("b", 1)).isEqualTo(Answer.SERVED);
    }

    @Test
    void theLastQuarterIsForClientsThatHaveNone() {
        FairLimiter<String, Integer> limiter = new FairLimiter<>(256, 0);
        for (int client = 0; client < 100; client++) {
            fill(limiter, "hog " + client, Answer.SERVED);
            if (limiter.served() >= 192) {
                break;
            }
        }
        assertThat(limiter.served()).isEqualTo(192);
        for (int client = 0; client < 64; client++) {
            assertThat(fill(limiter, "other " + client, Answer.SERVED)).isOne();
        }
        assertThat(limiter.enter("late", 1)).isEqualTo(Answer.FULL);
    }

    @Test
    void nextIsTheClientWithTheFewestAndThenTheOneThatWaitsLongest() {
        FairLimiter<String, Integer> limiter = new FairLimiter<>(2, 16);
        assertThat(limiter.enter("a", 1)).isEqualTo(Answer.SERVED);
        assertThat(limiter.enter("b", 2)).isEqualTo(Answer.SERVED);
        for (int i = 10; i < 13; i++) {
            assertThat(limiter.enter("a", i)).isEqualTo(Answer.WAITS);
        }
        assertThat(limiter.enter("c", 20)).isEqualTo(Answer.WAITS);
        assertThat(limiter.enter("d", 30)).isEqualTo(Answer.WAITS);
        assertThat(limiter.enter("d", 31)).isEqualTo(Answer.WAITS);
        assertThat(limiter.next()).isNull();
        List<Integer> order = new ArrayList<>();
        Queue<String> served = new ArrayDeque<>(List.of("b", "a"));
        while (!served.isEmpty()) {
            limiter.release(served.remove());
            Integer next = limiter.next();
            if (next != null) {
                order.add(next);
                served.add(next < 20 ? "a" : next < 30 ? "c" : "d");
            }
        }
        assertThat(order).containsExactly(20, 10, 30, 11, 31, 12);
        assertThat(limiter.clients()).isZero();
    }

    @Test
    void anEntryThatIsRemovedNoLongerWaits() {
        FairLimiter<String, Integer> limiter = new FairLimiter<>(1, 8);
        limiter.enter("a", 1);
        assertThat(limiter.enter("b", 2)).isEqualTo(Answer.WAITS);
        assertThat(limiter.enter("b", 3)).isEqualTo(Answer.WAITS);
        assertThat(limiter.cancel("b", 2)).isTrue();
        assertThat(limiter.cancel("b", 2)).isFalse();
        assertThat(limiter.cancel("a", 1)).isFalse();
        assertThat(limiter.cancel("nobody", 1)).isFalse();
        limiter.release("a");
        assertThat(limiter.next()).isEqualTo(3);
        assertThat(limiter.next()).isNull();
        limiter.release("b");
        assertThat(limiter.clients()).isZero();
    }

    /** Compares any sequence of calls with a plain version of the rules. */
    @Test
    void theBoundsHoldAndNoEntryIsLostForAnyCalls() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int max = 1 + random.nextInt(20);
            int maxWaiting = random.nextInt(20);
            FairLimiter<Integer, Integer> limiter = new FairLimiter<>(max, maxWaiting);
            Map<Integer, Integer> served = new HashMap<>();
            Map<Integer, Integer> waiting = new HashMap<>(); // entry to client
            for (int step = 0; step < 300; step++) {
                int client = random.nextInt(6);
                switch (random.nextInt(4)) {
                    case 0, 1 -> {
                        Answer answer = limiter.enter(client, step);
                        if (answer == Answer.SERVED) {
                            served.merge(client, 1, Integer::sum);
                        } else if (answer == Answer.WAITS) {
                            waiting.put(step, client);
                        } else {
                            assertThat(waiting.size() < maxWaiting && !waiting.containsValue(client))
                                    .as("seed %d: a client without any is refused", seed)
                                    .isFalse();
                        }
                    }
                    case 2 -> {
                        if (served.getOrDefault(client, 0) > 0) {
                            served.merge(client, -1, Integer::sum);
                            limiter.release(client);
                            Integer next = limiter.next();
                            while (next != null) {
                                served.merge(waiting.remove(next), 1, Integer::sum);
                                next = limiter.next();
                            }
                        }
                    }
                    default -> {
                        if (!waiting.isEmpty()) {
                            Integer entry = waiting.keySet().iterator().next();
                            assertThat(limiter.cancel(waiting.remove(entry), entry))
                                    .isTrue();
                        }
                    }
                }
                int all = served.values().stream().mapToInt(Integer::intValue).sum();
                assertThat(limiter.served()).as("seed %d", seed).isEqualTo(all).isLessThanOrEqualTo(max);
                assertThat(limiter.waiting())
                        .as("seed %d", seed)
                        .isEqualTo(waiting.size())
                        .isLessThanOrEqualTo(maxWaiting);
                assertThat(served.values()).as("seed %d", seed).allMatch(own -> own <= (max + 1) / 2);
                boolean starved =
                        all < max && waiting.values().stream().anyMatch(each -> served.getOrDefault(each, 0) == 0);
                assertThat(starved)
                        .as("seed %d: one waits while there is room", seed)
                        .isFalse();
            }
        }
    }
}
