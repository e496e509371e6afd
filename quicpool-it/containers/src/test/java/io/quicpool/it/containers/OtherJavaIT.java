package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same packages on other versions of Java than the one that the tests run on. */
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
                Liberty liberty = new Liberty().asking(quarkus)) {
            quarkus.asking(liberty).on(jdk.get());
            liberty.on(jdk.get());
            Results.startTime(quarkus, quarkus.start());
            Results.startTime(liberty, liberty.start());
            quarkus.awaitReadiness(200);
            liberty.awaitReadiness(200);
            assertThat(quarkus.get("/prices/apple").body()).endsWith(" left");
            assertThat(liberty.get("/stock/apple").body()).endsWith(" each");
            Results.shown(quarkus, "asks and answers over injected pools");
            Results.shown(liberty, "asks and answers over injected pools");
            quarkus.program().terminate();
            liberty.program().terminate();
            quarkus.program().awaitEnd();
            liberty.program().awaitEnd();
            Results.shown(quarkus, "orderly end");
            Results.shown(liberty, "orderly end");
        }
    }
}
