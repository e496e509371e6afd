package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What sources that ask again and again tell a pool: those of names, and those of applications. */
class TargetSourceTest {

    private static final Duration OFTEN = Duration.ofMillis(10);

    private static final class Told implements TargetSource.Listener {

        final List<List<String>> targets = new CopyOnWriteArrayList<>();
        final List<String> failures = new CopyOnWriteArrayList<>();

        @Override
        public String pool() {
            return "told";
        }

        @Override
        public void targets(Collection<TargetAddress> now) {
            targets.add(now.stream()
                    .map(each -> each + " " + each.serverName() + " " + each.zone())
                    .toList());
        }

        @Override
        public void failed(Throwable cause) {
            failures.add(cause.getMessage());
        }

        List<String> last() {
            return targets.isEmpty() ? List.of() : targets.get(targets.size() - 1);
        }
    }

    private final Told told = new Told();
    private TargetSource.Subscription open = () -> {};

    @AfterEach
    void close() {
        open.close();
    }

    private void open(TargetSource source) {
        open = source.open(told);
    }

    private static InetSocketAddress address(String ip, int port) {
        return new InetSocketAddress(ip, port);
    }

    private static TargetSource source(String target, TargetResolver resolver) {
        TargetSource source = ClientPoolConfig.builder()
                .target(target)
                .resolve(ResolveMode.ALL)
                .resolver(resolver)
                .resolveInterval(Duration.ofMillis(100))
                .build()
                .targetSource();
        return Objects.requireNonNull(source);
    }

    @Test
    void eachAddressOfANameIsATarget() {
        Map<String, List<InetSocketAddress>> names = new ConcurrentHashMap<>(Map.of(
                "a", List.of(address("10.0.0.1", 1), address("::1", 1)),
                "b", List.of(address("10.0.0.2", 2), address("10.0.0.1", 1))));
        open(source("a:1@eu,b:2", target -> names.getOrDefault(target.host(), List.of())));
        await().untilAsserted(() -> assertThat(told.last())
                .as("the address that both have is that of the first")
                .containsExactly("10.0.0.1:1 a eu", "[::1]:1 a eu", "10.0.0.2:2 b null"));
        names.put("a", List.of(address("10.0.0.3", 1)));
        await().untilAsserted(() ->
                assertThat(told.last()).containsExactly("10.0.0.3:1 a eu", "10.0.0.2:2 b null", "10.0.0.1:1 b null"));
        assertThat(told.failures).isEmpty();
    }

    @Test
    void theResolverIsNotAskedForIpAddresses() {
        open(source(
                "10.0.0.1:1,[::1]:2,[fe80::1%1]:3",
                target -> {
                    throw new AssertionError("asked for " + target);
                }));
        await().untilAsserted(() -> assertThat(told.last()).hasSize(3).startsWith("10.0.0.1:1 10.0.0.1 null"));
        assertThat(told.failures).isEmpty();
    }

    @Test
    void aNameThatIsUnknownForAWhileKeepsItsAddresses() {
        Map<String, List<InetSocketAddress>> names = new ConcurrentHashMap<>(
                Map.of("a", List.of(address("10.0.0.1", 1)), "b", List.of(address("10.0.0.2", 2))));
        TargetResolver resolver = target -> {
            List<InetSocketAddress> found = names.get(target.host());
            if (found == null) {
                throw new IOException("no " + target.host());
            }
            return found;
        };
        open(source("a:1,b:2", resolver));
        await().until(() -> told.last().size() == 2);
        names.remove("a");
        names.put("b", List.of(address("10.0.0.4", 2)));
        await().untilAsserted(() -> assertThat(told.last()).containsExactly("10.0.0.1:1 a null", "10.0.0.4:2 b null"));
        await().untilAsserted(() -> assertThat(told.failures).contains("no a"));
    }

    @Test
    void withoutAnyAnswerThereAreNoTargets() {
        open(source("a:1", target -> List.of()));
        await().untilAsserted(() -> assertThat(told.failures).contains("the resolver gave no address of a:1"));
        assertThat(told.targets).isEmpty();
    }

    @Test
    void asksAgainAlsoAfterFailures() {
        AtomicInteger asked = new AtomicInteger();
        TargetSource source = TargetSource.polling(OFTEN, () -> {
            if (asked.incrementAndGet() == 2) {
                throw new AssertionError("a bug");
            }
            return List.of(TargetAddress.of(new Endpoint("a", asked.get())));
        });
        open(source);
        await().until(() -> told.targets.size() >= 3);
        assertThat(told.failures).containsExactly("a bug");
        assertThat(told.targets).startsWith(List.of("a:1 a null"), List.of("a:3 a null"));
    }

    @Test
    void closingEndsTheThreadAndWhatComesLateIsNoFailure() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        open(TargetSource.polling(OFTEN, () -> {
            asked.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw new IOException("interrupted", e);
            }
            return List.of();
        }));
        asked.await();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().equals("quicpool-told-targets"))
                .singleElement()
                .satisfies(thread -> assertThat(thread.isDaemon()).isTrue());
        open.close();
        interrupted.await();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("quicpool-told-targets")));
        assertThat(told.failures).isEmpty();
    }
}
