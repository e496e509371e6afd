package io.quicpool.jmx;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RemoteJmx;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.management.Attribute;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServerConnection;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pools as an operator sees them: through a remote connector. */
class PoolMBeansTest {

    private static final Duration NEVER = Duration.ofHours(1);

    private final Pools pools = new Pools();
    private final RemoteJmx jmx = new RemoteJmx();
    private final MBeanServerConnection remote = jmx.connection();

    @AfterEach
    void close() {
        pools.close();
        jmx.close();
    }

    private static ObjectName only(StreamPool pool) {
        List<ObjectName> names = PoolMBeans.register(pool, "tests");
        assertThat(names).hasSize(1);
        return names.get(0);
    }

    @Test
    void showsEveryAttributeOfAClient() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client =
                pools.client(server, c -> c.name("orders").capacity(4, 9).interval(NEVER.dividedBy(2), NEVER));
        awaitIdle(client, 4);
        ObjectName name = only(client);
        assertThat(name.getCanonicalName())
                .isEqualTo("io.quicpool:application=\"tests\",name=\"orders\",type=ClientPool");
        client.addError();
        PooledStream taken = client.take(SOON);
        awaitIdle(client, 3);
        Map<String, Object> shown = attributes(name);
        assertThat(shown)
                .contains(
                        entry("Name", "orders"),
                        entry("Ready", true),
                        entry("State", "RUNNING"),
                        entry("Link", "up"),
                        entry("Idle", 3),
                        entry("Active", 3),
                        entry("Opening", 0),
                        entry("Taken", 1),
                        entry("Waiting", 0),
                        entry("Capacity", 4),
                        entry("IntervalMillis", 1_800_000L),
                        entry("MinCapacity", 4),
                        entry("MaxCapacity", 9),
                        entry("MinIntervalMillis", 1_800_000L),
                        entry("MaxIntervalMillis", 3_600_000L),
                        entry("ErrorCount", 1L),
                        entry("LastError", null),
                        entry("Opened", 4L),
                        entry("Failed", 0L),
                        entry("HandedOut", 1L),
                        entry("Timeouts", 0L),
                        entry("Connects", 1L),
                        entry("Lost", 0L),
                        entry("MeanWaitMillis", 0.0),
                        entry("MaxWaitMillis", 0.0));
        double mean = (double) remote.getAttribute(name, "MeanOpenMillis");
        assertThat(mean).isPositive();
        assertThat((double) remote.getAttribute(name, "MaxOpenMillis")).isGreaterThanOrEqualTo(mean);
        CompositeData[] connections = (CompositeData[]) remote.getAttribute(name, "Connections");
        assertThat(connections).hasSize(1);
        assertThat(connections[0].get("remoteAddress"))
                .isEqualTo("127.0.0.1:" + server.localAddress().getPort());
        assertThat((String) connections[0].get("localAddress")).startsWith("127.0.0.1:");
        TabularData evicted = (TabularData) remote.getAttribute(name, "Evicted");
        assertThat(evicted.get(new Object[] {"flushed"}).get("value")).isEqualTo(0L);
        TabularData refused = (TabularData) remote.getAttribute(name, "Refused");
        assertThat(refused.containsKey(new Object[] {"server-full"})).isTrue();
        taken.close();
    }

    @Test
    void showsEveryAttributeOfAServer() throws Exception {
        ServerPool server = pools.server(s -> s.name("ingress").maxCapacity(100));
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        awaitIdle(client, 4);
        awaitIdle(server, 4);
        ObjectName name = only(server);
        assertThat(attributes(name))
                .contains(
                        entry("Name", "ingress"),
                        entry("Link", "listening"),
                        entry("Idle", 4),
                        entry("Active", 4),
                        entry("Capacity", 100),
                        entry("MaxCapacity", 100),
                        entry(
                                "LocalAddress",
                                "127.0.0.1:" + server.localAddress().getPort()));
        ServerPoolMXBean proxy = JMX.newMXBeanProxy(remote, name, ServerPoolMXBean.class);
        assertThat(proxy.getConnections()).hasSize(1);
        proxy.setMaxCapacity(2);
        await().untilAsserted(() -> assertThat(proxy.getActive()).isEqualTo(2));
        assertThatThrownBy(() -> proxy.setMaxCapacity(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max-capacity = 0: must be from 1 to 65536");
    }

    @Test
    void newBoundsTakeEffectAtOnce() throws Exception {
        ServerPool server = pools.server(s -> s);
        // The interval is an hour, so this is not the regular size check.
        ClientPool client = pools.client(server, c -> c.capacity(4, 8).interval(NEVER, NEVER));
        awaitIdle(client, 4);
        ObjectName name = only(client);
        long start = System.nanoTime();
        remote.setAttribute(name, new Attribute("MaxCapacity", 200));
        remote.setAttribute(name, new Attribute("MinCapacity", 100));
        awaitIdle(client, 100);
        long grown = System.nanoTime();
        remote.setAttribute(name, new Attribute("MinCapacity", 2));
        remote.setAttribute(name, new Attribute("MaxCapacity", 10));
        awaitIdle(client, 10);
        System.out.println("over remote JMX: 4 to 100 idle streams after " + (grown - start) / 1_000_000
                + " ms, 100 to 10 after " + (System.nanoTime() - grown) / 1_000_000 + " ms");
        remote.setAttribute(name, new Attribute("MinIntervalMillis", 20L));
        remote.setAttribute(name, new Attribute("MaxIntervalMillis", 30L));
        await().untilAsserted(
                        () -> assertThat(client.interval()).isBetween(Duration.ofMillis(20), Duration.ofMillis(30)));
    }

    @Test
    void refusesNonsenseWithAReadableMessage() {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(4, 8));
        ObjectName name = only(client);
        Map<Attribute, String> refused = Map.of(
                new Attribute("MinCapacity", 9), "MinCapacity = 9: must be from 1 to 8",
                new Attribute("MinCapacity", 0), "MinCapacity = 0: must be from 1 to 8",
                new Attribute("MaxCapacity", 70_000), "MaxCapacity = 70000: must be from 4 to 65536",
                new Attribute("MaxCapacity", 3), "MaxCapacity = 3: must be from 4 to 65536",
                new Attribute("MinIntervalMillis", 9L), "MinIntervalMillis = 9: must be from 10 to 5000",
                new Attribute("MaxIntervalMillis", 3_600_001L),
                        "MaxIntervalMillis = 3600001: must be from 500 to 3600000");
        refused.forEach((attribute, message) -> assertThatThrownBy(() -> remote.setAttribute(name, attribute))
                .isInstanceOf(RuntimeMBeanException.class)
                .cause()
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message));
        assertThat(client.capacityBounds().min()).isEqualTo(4);
        assertThat(client.capacityBounds().max()).isEqualTo(8);
    }

    @Test
    void flushReplacesTheIdleGenerationWhileTakenStreamsGoOn() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> stream.outputStream().write(stream.inputStream().readAllBytes()));
        ClientPool client = pools.client(server, c -> c.capacity(8, 8).interval(NEVER, NEVER));
        awaitIdle(client, 8);
        ObjectName name = only(client);
        try (PooledStream taken = client.take(SOON)) {
            client.addError();
            remote.invoke(name, "flush", null, null);
            await().untilAsserted(() -> {
                TabularData evicted = (TabularData) remote.getAttribute(name, "Evicted");
                assertThat(evicted.get(new Object[] {"flushed"}).get("value")).isEqualTo(7L);
            });
            awaitIdle(client, 8);
            taken.outputStream().write(9);
            taken.outputStream().close();
            taken.readTimeout(SOON);
            assertThat(taken.inputStream().readAllBytes()).containsExactly(9);
        }
        remote.invoke(name, "resetError", null, null);
        assertThat(client.errorCount()).isZero();
        remote.invoke(name, "suspend", null, null);
        assertThat(remote.getAttribute(name, "State")).isEqualTo("SUSPENDED");
        assertThat(remote.getAttribute(name, "Ready")).isEqualTo(false);
        remote.invoke(name, "resume", null, null);
        assertThat(remote.getAttribute(name, "Ready")).isEqualTo(true);
    }

    @Test
    void everyNotificationIsDeclaredAndArrives() throws Exception {
        ServerPool server = pools.server(s -> s);
        int port = server.localAddress().getPort();
        server.close();
        ClientPool client =
                pools.client("127.0.0.1:" + port, c -> c.capacity(1, 4).interval(NEVER, NEVER));
        ObjectName name = only(client);
        Queue<Notification> told = new ConcurrentLinkedQueue<>();
        remote.addNotificationListener(name, (notification, handback) -> told.add(notification), null, null);
        server = pools.server(s -> s, "127.0.0.1:" + port);
        await().untilAsserted(() -> assertThat(types(told)).contains("io.quicpool.ready"));
        remote.setAttribute(name, new Attribute("MaxCapacity", 1));
        awaitIdle(client, 1);
        // A stream may come in between the two, or at the moment when the second begins to wait; not for ever.
        for (int i = 0; i < 1000 && !types(told).contains("io.quicpool.exhausted"); i++) {
            try (PooledStream one = client.take(SOON);
                    PooledStream two = client.take(SOON)) {
                assertThat(one.id()).isNotEqualTo(two.id());
            }
        }
        server.close();
        pools.server(s -> s, "127.0.0.1:" + port);
        await().untilAsserted(() -> assertThat(types(told))
                .containsSubsequence(
                        "io.quicpool.ready",
                        "io.quicpool.bounds-changed",
                        "io.quicpool.exhausted",
                        "io.quicpool.peer-lost",
                        "io.quicpool.recovered"));
        assertThat(told).allSatisfy(each -> {
            assertThat(each.getSource()).isEqualTo(name);
            assertThat(each.getMessage()).startsWith("client client: ");
        });
        assertThat(told)
                .extracting(Notification::getMessage)
                .contains("client client: bounds changed: capacity 1 to 4 and interval 1h to 1h before,"
                        + " capacity 1 to 1 and interval 1h to 1h now");
        assertThat(told).extracting(Notification::getSequenceNumber).isSorted();
        Set<String> declared = Set.of(types(remote.getMBeanInfo(name)));
        assertThat(declared).containsAll(types(told)).hasSize(5);
    }

    private static List<String> types(Queue<Notification> told) {
        return told.stream().map(Notification::getType).toList();
    }

    private static String[] types(MBeanInfo info) {
        return Arrays.stream(info.getNotifications())
                .map(MBeanNotificationInfo::getNotifTypes)
                .flatMap(Arrays::stream)
                .toArray(String[]::new);
    }

    @Test
    void everythingIsDescribedForJConsole() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c);
        for (ObjectName name : List.of(only(server), only(client))) {
            MBeanInfo info = remote.getMBeanInfo(name);
            assertThat(info.getDescription()).contains("A pool of pre-opened QUIC streams");
            Map<String, String> described = new HashMap<>();
            for (MBeanAttributeInfo attribute : info.getAttributes()) {
                described.put(attribute.getName(), attribute.getDescription());
            }
            for (MBeanOperationInfo operation : info.getOperations()) {
                described.put(operation.getName(), operation.getDescription());
                assertThat(operation.getImpact())
                        .isEqualTo(
                                operation.getName().equals("dump")
                                        ? MBeanOperationInfo.INFO
                                        : MBeanOperationInfo.ACTION);
                assertThat(operation.getSignature()).isEmpty();
            }
            for (MBeanNotificationInfo notification : info.getNotifications()) {
                described.put(notification.getNotifTypes()[0], notification.getDescription());
            }
            assertThat(described).hasSizeGreaterThan(30).allSatisfy((each, description) -> assertThat(description)
                    .as(each)
                    .isNotBlank()
                    .isNotEqualTo(each)
                    .doesNotContain("exposed for management"));
        }
    }

    @Test
    void aPoolOfSeveralTargetsHasOneForTheWholeAndOneForEachMember() throws Exception {
        ServerPool one = pools.server(s -> s);
        ServerPool two = pools.server(s -> s);
        String first = "127.0.0.1:" + one.localAddress().getPort();
        String second = "127.0.0.1:" + two.localAddress().getPort();
        ClientPool client =
                pools.client(first + "," + second, c -> c.name("orders").capacity(2, 2));
        awaitIdle(client, 4);
        List<ObjectName> names = PoolMBeans.register(client, "tests");
        assertThat(names).hasSize(3);
        assertThat(remote.getAttribute(names.get(0), "Active")).isEqualTo(4);
        assertThat(remote.getAttribute(names.get(0), "Link")).isEqualTo("2 of 2 up");
        assertThat(names.get(1).getKeyProperty("member")).isEqualTo(ObjectName.quote(first));
        assertThat(names.get(2).getKeyProperty("member")).isEqualTo(ObjectName.quote(second));
        assertThat(remote.getAttribute(names.get(2), "Active")).isEqualTo(2);
        client.close();
        for (ObjectName name : names) {
            assertThat(remote.isRegistered(name)).isFalse();
        }
    }

    @Test
    void aNameThatIsTakenIsNoError() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool first = pools.client(server, c -> c.name("a, b=c"));
        ClientPool second = pools.client(server, c -> c.name("a, b=c"));
        ObjectName name = only(first);
        assertThat(PoolMBeans.register(second, "tests")).isEmpty();
        second.close();
        assertThat(remote.isRegistered(name)).isTrue();
        first.close();
        assertThat(remote.isRegistered(name)).isFalse();
        assertThat(PoolMBeans.register(first, "tests")).hasSize(1);
        assertThat(remote.isRegistered(name)).isFalse();
    }

    private Map<String, Object> attributes(ObjectName name) throws Exception {
        Map<String, Object> values = new TreeMap<>();
        for (MBeanAttributeInfo attribute : remote.getMBeanInfo(name).getAttributes()) {
            values.put(attribute.getName(), remote.getAttribute(name, attribute.getName()));
        }
        return values;
    }
}
