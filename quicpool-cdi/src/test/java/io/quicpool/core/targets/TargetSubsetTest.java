package io.quicpool.core.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TargetSubsetTest {

    private static final int CLIENTS = 1000;
    private static final int MAX = 20;
    private static final List<String> TARGETS = names("10.0.0.%d:4433", 200);
    private static final List<String> NAMES = names("orders-%d", CLIENTS);
    private static final List<String> SOME = NAMES.subList(0, 250);

    private static List<String> names(String form, int count) {
        return IntStream.range(0, count).mapToObj(form::formatted).toList();
    }

    private static List<String> of(String client, List<String> targets) {
        return TargetSubset.of(client, targets, MAX, Function.identity());
    }

    /** Clients of different versions must agree for as long as a deployment takes: this choice never changes. */
    @Test
    void aClientAlwaysGetsTheSameTargets() {
        List<String> targets = List.of("a:1", "b:1", "c:1", "d:1", "e:1", "f:1");
        assertThat(TargetSubset.of("orders", targets, 2, Function.identity())).containsExactly("a:1", "f:1");
        assertThat(TargetSubset.of("prices", targets, 2, Function.identity())).containsExactly("b:1", "f:1");
    }

    @Test
    void theOrderOfTheAnswerDoesNotCount() {
        List<String> other = new ArrayList<>(TARGETS);
        Collections.shuffle(other, new Random(1));
        assertThat(of("orders", other)).hasSize(MAX).containsExactlyInAnyOrderElementsOf(of("orders", TARGETS));
    }

    @Test
    void theTargetsKeepTheirOrder() {
        List<Integer> places =
                of("orders", TARGETS).stream().map(TARGETS::indexOf).toList();
        assertThat(places).isSorted();
    }

    @Test
    void fewTargetsAreAllUsed() {
        assertThat(of("orders", TARGETS.subList(0, MAX))).isEqualTo(TARGETS.subList(0, MAX));
        assertThat(of("orders", List.of())).isEmpty();
    }

    @Test
    void aTargetThatIsNamedTwiceCountsOnce() {
        assertThat(TargetSubset.of("orders", List.of("a:1", "b:1", "a:1"), 3, Function.identity()))
                .containsExactly("a:1", "b:1");
    }

    @Test
    void aClientHasATarget() {
        assertThatThrownBy(() -> TargetSubset.of("orders", TARGETS, 0, Function.identity()))
                .hasMessage("a client has at least 1 target, not 0");
    }

    /** Also for names that differ in a digit only, as those of pods and addresses do. */
    @Test
    void clientsSpreadEvenly() {
        IntSummaryStatistics clients = clientsOfEach(NAMES).values().stream()
                .mapToInt(Integer::intValue)
                .summaryStatistics();
        // Chosen at random, 100 on average with a standard deviation of 9.5: 3.5 of these on each side.
        assertThat(clients.getAverage()).isEqualTo(100);
        assertThat(clients.getMin()).isGreaterThan(66);
        assertThat(clients.getMax()).isLessThan(134);
    }

    private static Map<String, Integer> clientsOfEach(List<String> clients) {
        return clients.stream()
                .flatMap(client -> of(client, TARGETS).stream())
                .collect(Collectors.toMap(target -> target, target -> 1, Integer::sum));
    }

    @Test
    void aTargetThatGoesIsReplacedForItsOwnClientsOnly() {
        String gone = TARGETS.get(77);
        List<String> left = TARGETS.stream().filter(each -> !each.equals(gone)).toList();
        int affected = 0;
        Set<String> replacements = new HashSet<>();
        for (String client : SOME) {
            Set<String> before = new HashSet<>(of(client, TARGETS));
            Set<String> after = new HashSet<>(of(client, left));
            if (before.remove(gone)) {
                affected++;
                assertThat(after).containsAll(before).hasSize(MAX);
                after.removeAll(before);
                replacements.addAll(after);
            } else {
                assertThat(after).isEqualTo(before);
            }
        }
        assertThat(affected).isEqualTo(clientsOfEach(SOME).get(gone));
        // Its clients do not all go to the same neighbour, as they would on a ring.
        assertThat(replacements).hasSizeGreaterThan(affected / 2);
    }

    @Test
    void aTargetThatComesReplacesOneOfTheOthers() {
        List<String> more = new ArrayList<>(TARGETS);
        more.add(77, "10.0.1.0:4433");
        int affected = 0;
        for (String client : SOME) {
            Set<String> before = new HashSet<>(of(client, TARGETS));
            Set<String> after = new HashSet<>(of(client, more));
            if (after.remove("10.0.1.0:4433")) {
                affected++;
                assertThat(before).containsAll(after);
            } else {
                assertThat(after).isEqualTo(before);
            }
        }
        // A tenth of 250, with a standard deviation of 4.7: four of these on each side.
        assertThat(affected).isBetween(6, 44);
    }

    @Test
    void clientsWithSimilarNamesAreIndependent() {
        Set<Set<String>> subsets =
                SOME.stream().map(client -> Set.copyOf(of(client, TARGETS))).collect(Collectors.toSet());
        assertThat(subsets).hasSize(SOME.size());
    }
}
