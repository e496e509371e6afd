package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Containers call each other over QUIC. */
@Isolated("measures how long a start takes")
class CallsIT {

    private static final Quarkus QUARKUS = new Quarkus();
    private static final Liberty LIBERTY = new Liberty();

    @BeforeAll
    static void start() {
        QUARKUS.asking(LIBERTY);
        LIBERTY.asking(QUARKUS).readingHistoryOf(QUARKUS);
        Results.startTime(QUARKUS, QUARKUS.start());
        Results.startTime(LIBERTY, LIBERTY.start());
        QUARKUS.awaitReadiness(200);
        LIBERTY.awaitReadiness(200);
    }

    @AfterAll
    static void stop() {
        QUARKUS.close();
        LIBERTY.close();
    }

    @Test
    void quarkusAsksLiberty() {
        assertThat(QUARKUS.get("/prices/apple").body()).matches(Answers.PRICES);
        Results.shown(QUARKUS, "asks and answers over injected pools");
    }

    @Test
    void libertyAsksQuarkus() {
        assertThat(LIBERTY.get("/stock/apple").body()).matches(Answers.STOCK);
        Results.shown(LIBERTY, "asks and answers over injected pools");
    }

    @Test
    void bothSayTheSame() {
        String offer = QUARKUS.get("/prices/pear").body();
        String left = LIBERTY.get("/stock/pear").body();
        assertThat(offer.replaceAll("pear costs (\\S+), (\\S+) left", "$2 of pear left, $1 each"))
                .isEqualTo(left);
    }

    @Test
    void libertyReadsTheStreamWhoseIdQuarkusTells() {
        for (int i = 0; i < 10; i++) {
            assertThat(LIBERTY.get("/history/apple").body()).isEqualTo("the price of apple on 10000 days");
        }
        Results.shown(QUARKUS, "server-led");
        Results.shown(LIBERTY, "server-led");
    }

    @Test
    void helidonAsksBoth() {
        try (Helidon helidon = new Helidon().asking(QUARKUS, LIBERTY)) {
            Duration start = helidon.start();
            helidon.awaitReadiness(200);
            assertThat(helidon.get("/shop/apple").body()).matches(Answers.SHOP);
            Results.startTime(helidon, start);
            Results.shown(helidon, "asks over injected pools");
        }
    }
}
