package io.quicpool.it.aioquic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An attack by one client does not affect the others, and costs the server no memory. */
class AttackIT {

    private static final double SECONDS = Double.parseDouble(System.getProperty("quicpool.attack.seconds", "0.3"));
    private static final int TRIES = 5;
    private static final String NAMED = System.getProperty("quicpool.attacks", "");

    private static final Map<String, Stage> STAGES = new HashMap<>();

    static Stream<Arguments> attacks() {
        List<Attack> all = NAMED.isEmpty()
                ? Attack.ALL
                : Stream.of(NAMED.split(",")).map(Attack::named).toList();
        return Stream.of("kwik", "netty").flatMap(engine -> all.stream().map(attack -> Arguments.of(engine, attack)));
    }

    @AfterAll
    static void close() {
        STAGES.values().forEach(Stage::close);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("attacks")
    void theOthersAreServedAndNoMemoryGrows(String engine, Attack attack) throws Exception {
        if (!STAGES.containsKey(engine)) {
            STAGES.put(engine, new Stage(engine));
        }
        Stage stage = STAGES.get(engine);
        Outcome outcome = stage.attack(attack, SECONDS);
        // A busy machine may hold up a request at any time. An attack that holds up others does so each time.
        for (int tries = 1; outcome.isSlow() && tries < TRIES; tries++) {
            outcome = stage.attack(attack, SECONDS);
        }
        Table.row(engine, attack.name(), outcome);
        outcome.assertHarmless();
        assertThat(outcome.said()).matches(attack.seen());
        if (attack.cut()) {
            assertThat(outcome.refused()).as("refused: %s", outcome.row()).isNotEmpty();
        }
    }
}
