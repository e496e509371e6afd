package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.core.ScaleModel.Absence;
import io.quicpool.core.ScaleModel.Server;
import io.quicpool.core.ScaleModel.Setup;
import io.quicpool.core.connection.ModelTarget.Rules;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the pool's rules do to a server that returns to many clients. {@link ScaleTablesTest} has larger numbers. */
class ScaleTest {

    private static final Duration STOP = Duration.ofSeconds(1);
    private static final Duration AWAY = Duration.ofSeconds(10);
    private static final int CLIENTS = 100;
    private static final int SERVERS = 20;
    private static final int SUBSET = 10;

    private static ScaleModel oneRestarts(Setup setup) {
        ScaleModel model = ScaleModel.ofTargets(setup);
        model.servers().get(0).restart(STOP, AWAY);
        return model.run(Duration.ofMinutes(10));
    }

    private static ScaleModel oneRestarts(int clients, Rules rules, Absence absence) {
        return oneRestarts(new Setup(clients, 1, 1, rules, absence));
    }

    private static Duration timeToReturn(ScaleModel model) {
        return model.lastConnected().minus(STOP).minus(AWAY);
    }

    /** So the limit of handshakes under way delays none of them. Without jitter all would come in the same tenth of a second. */
    @Test
    void clientsOfAServerThatReturnsAreSpreadOverSeconds() {
        int clients = 300;
        ScaleModel model = oneRestarts(clients, Rules.AS_THE_POOL, Absence.REFUSES);
        assertThat(model.servers().get(0).peakOfTenth()).isLessThan(clients / 6);
        assertThat(model.unanswered()).isZero();
        assertThat(model.notConnected()).isZero();
        assertThat(timeToReturn(model)).isLessThan(AWAY.dividedBy(2));
        ScaleModel without = oneRestarts(clients, Rules.NO_JITTER, Absence.REFUSES);
        assertThat(without.servers().get(0).peakOfTenth())
                .as("the measure sees jitter")
                .isEqualTo(clients);
        assertThat(without.unanswered()).as("the measure sees jitter").isGreaterThan(clients / 2);
    }

    /** A server that is away gets fewer and fewer attempts. */
    @Test
    void theBackOffGrows() {
        assertThat(oneRestarts(CLIENTS, Rules.AS_THE_POOL, Absence.REFUSES).attempts())
                .isLessThan(25 * CLIENTS);
        assertThat(oneRestarts(CLIENTS, Rules.NO_GROWTH, Absence.REFUSES).attempts())
                .as("the measure sees growth")
                .isGreaterThan(200 * CLIENTS);
    }

    @ParameterizedTest
    @EnumSource(Absence.class)
    void allReturnToAllServers(Absence absence) {
        ScaleModel model = ScaleModel.ofTargets(new Setup(CLIENTS, SERVERS, SUBSET, Rules.AS_THE_POOL, absence));
        List<Integer> before = model.servers().stream().map(Server::connections).toList();
        model.servers().forEach(each -> each.restart(STOP, AWAY));
        model.run(Duration.ofMinutes(10));
        assertThat(model.notConnected()).isZero();
        assertThat(model.servers()).extracting(Server::connections).isEqualTo(before);
        assertThat(timeToReturn(model)).isLessThan(AWAY);
    }

    /** A tenth of the handshakes a second: a subset of the clients needs a tenth of the time. */
    @Test
    void aSlowServerServesItsSubsetSooner() {
        Duration all = timeToReturn(slowRestarts(SERVERS));
        Duration some = timeToReturn(slowRestarts(SERVERS / 5));
        assertThat(all).isGreaterThan(Duration.ofSeconds(15));
        assertThat(some).isLessThan(all.dividedBy(2));
    }

    private static ScaleModel slowRestarts(int maxTargets) {
        ScaleModel model =
                ScaleModel.ofTargets(new Setup(CLIENTS, SERVERS, maxTargets, Rules.AS_THE_POOL, Absence.REFUSES));
        Server slow = model.servers().get(0);
        slow.handshakeTakes(Duration.ofMillis(200));
        slow.restart(STOP, AWAY);
        model.run(Duration.ofMinutes(10));
        assertThat(model.notConnected()).isZero();
        return model;
    }

    /** All have the same answer, so all choose the same address next. It cannot serve all at once, so some go on to another. */
    @Test
    void clientsOfALostAddressAreServedByTheOthers() {
        ScaleModel model = ScaleModel.ofOneName(new Setup(1000, 3, 1, Rules.AS_THE_POOL, Absence.REFUSES), false);
        model.servers().get(0).restart(STOP, Duration.ofMinutes(1));
        model.run(Duration.ofSeconds(30));
        assertThat(model.notConnected()).isZero();
        assertThat(model.servers()).extracting(Server::connections).first().isEqualTo(0);
        assertThat(model.lastConnected().minus(STOP)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void theSameSeedGivesTheSameResult() {
        assertThat(oneRestarts(CLIENTS, Rules.AS_THE_POOL, Absence.REFUSES).lastConnected())
                .isEqualTo(
                        oneRestarts(CLIENTS, Rules.AS_THE_POOL, Absence.REFUSES).lastConnected());
    }
}
