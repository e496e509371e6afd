package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.jmx.ClientPoolMXBean;
import java.util.Locale;
import javax.management.JMX;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The MXBeans over a remote connector. They also show which configuration source was used. */
class ManagementIT {

    private static final Quarkus PEER = new Quarkus();
    private static final Quarkus QUARKUS = new Quarkus().asking(PEER);
    private static final Liberty LIBERTY = new Liberty().asking(PEER);

    @BeforeAll
    static void start() {
        configure(QUARKUS, "stock");
        configure(LIBERTY, "prices");
        Container.start(PEER, QUARKUS, LIBERTY);
    }

    @AfterAll
    static void stop() {
        QUARKUS.close();
        LIBERTY.close();
        PEER.close();
    }

    // The file in each application sets min-capacity to 4.
    private static void configure(Container container, String pool) {
        container.set("quicpool.client.\"" + pool + "\".max-capacity", "40");
        container.environment("QUICPOOL_CLIENT__" + pool.toUpperCase(Locale.ROOT) + "__MIN_INTERVAL", "1234ms");
        // The system property wins.
        container.environment("QUICPOOL_CLIENT__" + pool.toUpperCase(Locale.ROOT) + "__MAX_CAPACITY", "50");
    }

    @Test
    void ofQuarkus() throws Exception {
        manage(QUARKUS, "stock", "prices", 4);
    }

    @Test
    void ofLiberty() throws Exception {
        manage(LIBERTY, "prices", "stock", 4);
    }

    @Test
    void ofHelidon() throws Exception {
        try (Helidon helidon = new Helidon().asking(PEER)) {
            configure(helidon, "prices");
            helidon.start();
            manage(helidon, "prices", "shop", 4);
        }
    }

    private static void manage(Container container, String pool, String application, int minByFile) throws Exception {
        try (JMXConnector jmx = container.jmx()) {
            ObjectName name = new ObjectName(
                    "io.quicpool:type=ClientPool,name=\"" + pool + "\",application=\"" + application + "\"");
            MBeanServerConnection beans = jmx.getMBeanServerConnection();
            // A container may answer requests before it has started everything.
            await().until(() -> beans.isRegistered(name));
            ClientPoolMXBean bean = JMX.newMXBeanProxy(beans, name, ClientPoolMXBean.class);
            await().until(bean::isReady);

            assertThat(bean.getMinCapacity()).isEqualTo(minByFile);
            assertThat(bean.getMaxCapacity()).isEqualTo(40);
            assertThat(bean.getMinIntervalMillis()).isEqualTo(1234);
            Results.shown(container, "configuration by file, system property and environment");

            // Filling the pool may raise the capacity a little.
            await().until(() -> bean.getActive() >= minByFile);
            long opened = bean.getOpened();
            bean.flush();
            await().until(() -> bean.getActive() >= minByFile && bean.getOpened() >= opened + minByFile);
            bean.setMinCapacity(20);
            await().until(() -> bean.getActive() >= 20);
            assertThatThrownBy(() -> bean.setMinCapacity(41))
                    .hasMessageContaining("41")
                    .hasMessageContaining("40");
            container.awaitReadiness(200);
            bean.suspend();
            container.awaitReadiness(503);
            bean.resume();
            container.awaitReadiness(200);
            bean.resetError();
            assertThat(bean.getErrorCount()).isZero();
            Results.shown(container, "MXBean over remote JMX");
        }
    }
}
