package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.Test;

/** An application is deployed again while its server runs. Nothing of the old one is left. */
class LibertyRedeployIT {

    private static final int TIMES = 5;

    @Test
    void fiveTimes() throws Exception {
        try (Quarkus peer = new Quarkus();
                Liberty liberty = new Liberty().asking(peer)) {
            // Caches of the JDK and the server may keep old objects until memory is short, so it is made short.
            liberty.option("-XX:SoftRefLRUPolicyMSPerMB=0");
            peer.start();
            liberty.start();
            liberty.awaitReadiness(200);
            try (JMXConnector connector = liberty.jmx()) {
                MBeanServerConnection jmx = connector.getMBeanServerConnection();
                ThreadMXBean threads = ManagementFactory.newPlatformMXBeanProxy(
                        jmx, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
                // The first is not typical, because the server initializes itself.
                liberty.redeploy(1);
                List<String> threadsBefore = ours(threads);
                long loadersBefore = Heap.instances(jmx, "com.ibm.ws.classloading.internal.AppClassLoader");
                assertThat(threadsBefore).isNotEmpty();
                assertThat(loadersBefore).isPositive();

                for (int time = 2; time <= TIMES + 1; time++) {
                    liberty.redeploy(time);
                }
                // Threads that have nothing to do end by themselves after a while.
                await().atMost(Duration.ofMinutes(2))
                        .untilAsserted(() -> assertThat(ours(threads)).hasSizeLessThanOrEqualTo(threadsBefore.size()));
                await().pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
                    assertThat(Heap.instances(jmx, "io.quicpool.cdi.PoolRegistry"))
                            .isEqualTo(1);
                    assertThat(Heap.instances(jmx, "com.ibm.ws.classloading.internal.AppClassLoader"))
                            .isLessThanOrEqualTo(loadersBefore);
                });
                assertThat(liberty.get("/stock/apple").statusCode()).isEqualTo(200);
                Results.say(
                        liberty,
                        "deployed again " + TIMES + " times: " + ours(threads).size() + " threads of its pools (before "
                                + threadsBefore.size() + "), "
                                + Heap.instances(jmx, "com.ibm.ws.classloading.internal.AppClassLoader")
                                + " class loaders of applications (before " + loadersBefore + ")");
                Results.shown(liberty, "redeployed five times");
            }
        }
    }

    private static List<String> ours(ThreadMXBean threads) {
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null)
                .map(ThreadInfo::getThreadName)
                .filter(name ->
                        name.matches("(quicpool|prices|history|stock|sender|receive|loss-detection|server con).*"))
                .sorted()
                .toList();
    }
}
