package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same packages on other versions of Java than that of the tests. */
class OtherJavaIT {

    static IntStream versions() {
        return IntStream.of(17, 21, 25).filter(feature -> feature != Jdk.CURRENT.feature());
    }

    @ParameterizedTest
    @MethodSource("versions")
    void askAndAnswer(int feature) {
        Optional<Jdk> jdk =
                Jdk.all().stream().filter(one -> one.feature() == feature).findFirst();
        assumeTrue(jdk.isPresent(), "no JDK " + feature + " was found");
        try (Quarkus quarkus = new Quarkus();
                Liberty liberty = new Liberty()) {
            quarkus.asking(liberty).on(jdk.get());
            liberty.asking(quarkus);
            liberty.on(jdk.get());
            Results.startTime(quarkus, quarkus.start());
            Results.startTime(liberty, liberty.start());
            quarkus.awaitReadiness(200);
            liberty.awaitReadiness(200);
            assertThat(quarkus.get("/prices/apple").body()).matches(Answers.PRICES);
            assertThat(liberty.get("/stock/apple").body()).matches(Answers.STOCK);
            Results.shown(quarkus, "asks and answers over injected pools");
            Results.shown(liberty, "asks and answers over injected pools");
            if (feature >= Helidon.LEAST_JAVA) {
                try (Helidon helidon = new Helidon().asking(quarkus, liberty)) {
                    helidon.on(jdk.get());
                    Results.startTime(helidon, helidon.start());
                    helidon.awaitReadiness(200);
                    assertThat(helidon.get("/shop/apple").body()).matches(Answers.SHOP);
                    Results.shown(helidon, "asks over injected pools");
                    end(helidon);
                }
            }
            end(quarkus, liberty);
        }
    }

    private static void end(Container... containers) {
        for (Container each : containers) {
            each.program().terminate();
        }
        for (Container each : containers) {
            // The exit code for the signal, or 0.
            assertThat(each.program().awaitEnd()).as(each.toString()).isIn(143, 0);
            Results.shown(each, "orderly end");
        }
    }
}
