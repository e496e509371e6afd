package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.Test;

/** The engine netty in containers: in the application of Open Liberty, in Quarkus beside its own Netty, and in Helidon. */
class NettyIT {

    private static final String LOADER = "com.ibm.ws.classloading.internal.AppClassLoader";

    @Test
    void theyAskAndAnswerOverIt() throws Exception {
        assertThat(Quarkus.jars()).anyMatch(name -> name.startsWith("io.netty.netty-common-4.1."));
        try (Quarkus quarkus = new Quarkus().overNetty();
                Liberty liberty = new Liberty().overNetty()) {
            quarkus.asking(liberty);
            liberty.asking(quarkus).readingHistoryOf(quarkus);
            // Caches of the JDK and the server may keep old objects until memory is short, so it is made short.
            liberty.option("-XX:SoftRefLRUPolicyMSPerMB=0");
            quarkus.start();
            liberty.start();
            quarkus.awaitReadiness(200);
            liberty.awaitReadiness(200);
            assertCalls(quarkus, liberty);
            assertThat(loops(quarkus)).hasSize(3);
            Results.shown(quarkus, "netty, beside its own Netty 4.1");
            if (Helidon.canRun()) {
                assertHelidonAsks(quarkus, liberty);
            }
            try (JMXConnector connector = liberty.jmx()) {
                MBeanServerConnection jmx = connector.getMBeanServerConnection();
                ThreadMXBean threads = threads(jmx);
                assertThat(loops(threads)).hasSize(3);
                Results.shown(liberty, "netty, in the application");

                liberty.redeploy(1);
                long loaders = Heap.instances(jmx, LOADER);
                liberty.redeploy(2);
                liberty.redeploy(3);
                assertCalls(quarkus, liberty);
                await().untilAsserted(() -> {
                    assertThat(loops(threads)).hasSize(3);
                    assertThat(names(threads)).doesNotContain("globalEventExecutor");
                });
                // Each native library keeps the class loader that loaded it: see docs/netty.md.
                Results.say(
                        liberty,
                        "netty in the application, deployed again twice: " + Heap.instances(jmx, LOADER)
                                + " class loaders of applications (before " + loaders + ")");
                Results.shown(liberty, "netty, redeployed");
            }
        }
    }

    private static void assertHelidonAsks(Quarkus quarkus, Liberty liberty) throws IOException {
        try (Helidon helidon = new Helidon().overNetty().asking(quarkus, liberty)) {
            helidon.start();
            helidon.awaitReadiness(200);
            assertThat(helidon.get("/shop/apple").body()).matches(Answers.SHOP);
            assertThat(loops(helidon)).hasSize(2);
            Results.shown(helidon, "netty");
        }
    }

    private static void assertCalls(Quarkus quarkus, Liberty liberty) {
        await().untilAsserted(() ->
                assertThat(quarkus.get("/prices/apple").body()).matches("apple costs \\d\\.\\d\\d, \\d+ left"));
        assertThat(liberty.get("/stock/apple").body()).matches("\\d+ of apple left, \\d\\.\\d\\d each");
        assertThat(liberty.get("/history/apple").body()).isEqualTo("the price of apple on 10000 days");
    }

    private static ThreadMXBean threads(MBeanServerConnection jmx) throws IOException {
        return ManagementFactory.newPlatformMXBeanProxy(jmx, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
    }

    private static List<String> loops(Container container) throws IOException {
        try (JMXConnector connector = container.jmx()) {
            return loops(threads(connector.getMBeanServerConnection()));
        }
    }

    private static List<String> loops(ThreadMXBean threads) {
        return names(threads).stream()
                .filter(name -> name.matches("quicpool-.*-io-.*"))
                .toList();
    }

    private static List<String> names(ThreadMXBean threads) {
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null)
                .map(ThreadInfo::getThreadName)
                .sorted()
                .toList();
    }
}
