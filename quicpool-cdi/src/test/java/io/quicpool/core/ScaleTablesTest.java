package io.quicpool.core;

import static io.quicpool.docs.Page.row;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.IntervalBounds;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.core.ScaleModel.Absence;
import io.quicpool.core.ScaleModel.Server;
import io.quicpool.core.ScaleModel.Setup;
import io.quicpool.core.clients.ModelShares;
import io.quicpool.core.connection.ModelTarget.Rules;
import io.quicpool.docs.Page;
import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The simulations of docs/scale.md, with 1,000 clients and 200 servers. Prints the tables, which are those of the page. */
@EnabledIfSystemProperty(named = "quicpool.scale", matches = "true", disabledReason = "takes minutes")
class ScaleTablesTest {

    private static final int CLIENTS = 1000;
    private static final int SERVERS = 200;
    private static final Duration STOP = Duration.ofSeconds(1);
    private static final Duration AWAY = Duration.ofSeconds(10);
    private static final Duration END = Duration.ofMinutes(30);
    private static final int ENOUGH_HANDSHAKES = 1024;

    private final List<String> rows = new ArrayList<>();

    private void add(Object... cells) {
        rows.add(row(cells));
        System.out.println(row(cells));
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
    }

    private static String range(IntSummaryStatistics of) {
        return of.getMin() + " to " + of.getMax();
    }

    private static Setup setup(int maxTargets, Rules rules, Absence absence) {
        return new Setup(CLIENTS, SERVERS, maxTargets, rules, absence);
    }

    @Test
    void oneServerRestarts() {
        for (Absence absence : Absence.values()) {
            for (Rules rules : Rules.values()) {
                for (int maxTargets : new int[] {200, 20}) {
                    oneRestarts(setup(maxTargets, rules, absence));
                }
            }
        }
        oneRestarts(new Setup(CLIENTS, SERVERS, 200, Rules.AS_THE_POOL, Absence.IS_SILENT, ENOUGH_HANDSHAKES));
        Page.same(new Page("scale.md").rows("### One server restarts"), rows);
    }

    private void oneRestarts(Setup setup) {
        ScaleModel model = ScaleModel.ofTargets(setup);
        Server server = model.servers().get(0);
        server.restart(STOP, AWAY);
        model.run(END);
        add(
                setup.absence() == Absence.REFUSES ? "refuses" : "is silent",
                switch (setup.rules()) {
                    case AS_THE_POOL -> "the pool's";
                    case NO_JITTER -> "without jitter";
                    case NO_GROWTH -> "always the first pause";
                },
                setup.maxHandshakes(),
                setup.maxTargets(),
                server.connections(),
                model.attempts() / server.connections(),
                server.peakOfSecond(),
                server.peakOfTenth(),
                model.unanswered(),
                seconds(model.lastConnected().minus(STOP).minus(AWAY)));
    }

    @Test
    void manyServersRestart() {
        for (Absence absence : Absence.values()) {
            ScaleModel all = ScaleModel.ofTargets(setup(20, Rules.AS_THE_POOL, absence));
            all.servers().forEach(each -> each.restart(STOP, AWAY));
            manyRestarted("all at once", absence, all.run(END), STOP);
            ScaleModel rolling = ScaleModel.ofTargets(setup(20, Rules.AS_THE_POOL, absence));
            Duration last = roll(rolling, 20);
            manyRestarted("20 after 20, each half minute", absence, rolling.run(END), last);
        }
        Page.same(new Page("scale.md").rows("### Many servers restart"), rows);
    }

    /** Restarts some servers at a time. Returns when the last ones stop. */
    private static Duration roll(ScaleModel model, int atATime) {
        Duration stop = STOP;
        for (int i = 0; i < model.servers().size(); i++) {
            stop = STOP.plus(Duration.ofSeconds(30).multipliedBy(i / atATime));
            model.servers().get(i).restart(stop, AWAY);
        }
        return stop;
    }

    private void manyRestarted(String what, Absence absence, ScaleModel model, Duration lastStop) {
        add(
                what,
                absence == Absence.REFUSES ? "refuses" : "is silent",
                model.attempts() / CLIENTS,
                model.peakOfSecond(),
                model.unanswered(),
                seconds(model.lastConnected().minus(lastStop).minus(AWAY)),
                range(model.connectionsPerServer()));
    }

    @Test
    void aSlowServerRestarts() {
        for (int maxTargets : new int[] {200, 50, 20, 5}) {
            ScaleModel model = ScaleModel.ofTargets(setup(maxTargets, Rules.AS_THE_POOL, Absence.REFUSES));
            Server slow = model.servers().get(0);
            slow.handshakeTakes(Duration.ofMillis(200));
            slow.restart(STOP, AWAY);
            model.run(END);
            add(
                    maxTargets,
                    slow.connections(),
                    model.attempts() / slow.connections(),
                    slow.peakOfSecond(),
                    model.unanswered(),
                    seconds(model.lastConnected().minus(STOP).minus(AWAY)));
        }
        Page.same(new Page("scale.md").rows("### A slow server restarts"), rows);
    }

    @Test
    void oneNameForAllServers() {
        for (boolean differs : new boolean[] {false, true}) {
            ScaleModel model = ScaleModel.ofOneName(setup(1, Rules.AS_THE_POOL, Absence.REFUSES), differs);
            String before = range(model.connectionsPerServer());
            Duration last = roll(model, 20);
            model.run(END);
            add(
                    differs ? "in a different order for each client" : "in the same order for all",
                    before,
                    model.peakOfSecond(),
                    model.unanswered(),
                    range(model.connectionsPerServer()),
                    model.lastConnected().compareTo(last) < 0
                            ? "at once"
                            : seconds(model.lastConnected().minus(last)));
        }
        Page.same(new Page("scale.md").rows("### One name for all servers"), rows);
    }

    @Test
    void subsets() {
        ClientPoolConfig client =
                ClientPoolConfig.builder().target("orders:4433").build();
        int capacity = ServerPoolConfig.builder()
                .listen("localhost:0")
                .certificate(Pools.CERTIFICATE)
                .build()
                .maxCapacity();
        for (int maxTargets : new int[] {200, 50, 20, 5}) {
            IntSummaryStatistics connections = ScaleModel.ofTargets(
                            setup(maxTargets, Rules.AS_THE_POOL, Absence.REFUSES))
                    .connectionsPerServer();
            int idle = idleUnderLoad(client.capacity(), client.interval(), 200.0 / maxTargets);
            add(
                    maxTargets,
                    range(connections),
                    idle * maxTargets,
                    idle,
                    idle * connections.getMax(),
                    ModelShares.share(capacity, connections.getMax()));
        }
        Page.same(new Page("scale.md").rows("### How many targets"), rows);
    }

    /** How many idle streams of one target the pool aims for after ten minutes at so many takes a second. */
    private static int idleUnderLoad(CapacityBounds bounds, IntervalBounds intervals, double takesPerSecond) {
        int capacity = bounds.min();
        Duration interval = intervals.min();
        int idle = capacity;
        int taken = 0;
        long next = interval.toMillis();
        double due = 0;
        for (int now = 1; now <= 600_000; now++) {
            for (due += takesPerSecond / 1000; due >= 1; due--) {
                idle--;
                taken++;
                if (Policy.isLow(idle, capacity)) {
                    idle += missing(capacity, idle, bounds);
                }
            }
            if (now == next) {
                interval = Policy.interval(interval, idle, capacity, intervals);
                capacity = Policy.capacity(capacity, taken, bounds);
                taken = 0;
                idle += missing(capacity, idle, bounds);
                next += interval.toMillis();
            }
        }
        return capacity;
    }

    private static int missing(int capacity, int idle, CapacityBounds bounds) {
        return Policy.missing(capacity, () -> 0, () -> 0, () -> idle, bounds, Integer.MAX_VALUE);
    }
}
