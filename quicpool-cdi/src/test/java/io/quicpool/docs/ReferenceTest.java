package io.quicpool.docs;

import static io.quicpool.docs.Page.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import io.quicpool.config.PoolOptions;
import io.quicpool.jmx.ClientPoolMXBean;
import io.quicpool.jmx.PoolMBeans;
import io.quicpool.jmx.ServerPoolMXBean;
import io.quicpool.testing.Pools;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanOperationInfo;
import org.junit.jupiter.api.Test;

/** The reference pages say what the code says, all of it and nothing else. */
class ReferenceTest {

    @Test
    void propertiesAreThoseOfTheCode() {
        List<String> rows = PoolOptions.all().stream()
                .map(property -> row(
                        "`" + property.key() + "`",
                        kinds(property),
                        property.allowed(),
                        property.defaultText(),
                        property.meaning()))
                .toList();
        Page.same(new Page("configuration.md").rows("## Properties of a pool"), rows);
    }

    private static String kinds(PoolOption<?> property) {
        if (!property.isOf(PoolKind.SERVER)) {
            return "client";
        }
        return property.isOf(PoolKind.CLIENT) ? "both" : "server";
    }

    @Test
    void whatCanBeChangedIsThatOfTheCode() throws Exception {
        String changeable = PoolOptions.all().stream()
                .filter(PoolOption::isChangeable)
                .map(option -> "`" + option.key() + "`")
                .collect(Collectors.joining(", "));
        assertThat(Files.readAllLines(Path.of("../docs/configuration.md")))
                .contains("These can be changed while the pool is open: " + changeable + ".");
    }

    @Test
    void whatCanBeChangedCanBeSetOverJmx() {
        Map<PoolKind, Class<?>> beans =
                Map.of(PoolKind.CLIENT, ClientPoolMXBean.class, PoolKind.SERVER, ServerPoolMXBean.class);
        beans.forEach((kind, bean) -> {
            List<String> setters = Arrays.stream(bean.getMethods())
                    .map(Method::getName)
                    .filter(name -> name.startsWith("set"))
                    .map(name -> name.substring(3).replaceAll("Millis$", "").replaceAll("(?<=.)([A-Z])", "-$1"))
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .toList();
            assertThat(kind.options())
                    .filteredOn(option -> option.isChangeable() && option.use() == PoolOption.Use.POOL)
                    .extracting(PoolOption::key)
                    .containsExactlyInAnyOrderElementsOf(setters);
        });
    }

    @Test
    void mxBeansAreThoseOfTheCode() throws Exception {
        try (Pools pools = new Pools()) {
            ServerPool server = pools.server(s -> s);
            ClientPool client = pools.client(server, c -> c);
            var jmx = ManagementFactory.getPlatformMBeanServer();
            Map<String, MBeanInfo> beans = new TreeMap<>();
            beans.put(
                    "client",
                    jmx.getMBeanInfo(PoolMBeans.register(client, "docs").get(0)));
            beans.put(
                    "server",
                    jmx.getMBeanInfo(PoolMBeans.register(server, "docs").get(0)));
            Page page = new Page("jmx.md");
            Page.same(page.rows("## Attributes"), attributes(beans));
            Page.same(page.rows("## Operations"), operations(beans));
            Page.same(page.rows("## Notifications"), notifications(beans));
        }
    }

    private static List<String> attributes(Map<String, MBeanInfo> beans) {
        Map<String, Set<String>> pools = new TreeMap<>();
        beans.forEach((kind, info) -> {
            for (MBeanAttributeInfo attribute : info.getAttributes()) {
                String rest = row(
                        type(attribute), attribute.isWritable() ? "read, write" : "read", attribute.getDescription());
                pools.computeIfAbsent(attribute.getName() + "\n" + rest, key -> new LinkedHashSet<>())
                        .add(kind);
            }
        });
        List<String> rows = new ArrayList<>();
        pools.forEach((key, kinds) -> {
            String[] parts = key.split("\n", 2);
            rows.add("| " + parts[0] + " | "
                    + (kinds.size() == 2 ? "both" : kinds.iterator().next()) + " " + parts[1]);
        });
        return rows;
    }

    private static String type(MBeanAttributeInfo attribute) {
        String type = String.valueOf(attribute.getDescriptor().getFieldValue("originalType"));
        return "`" + type.replaceAll("(java\\.(lang|util)|io\\.quicpool\\.jmx)\\.", "") + "`";
    }

    private static List<String> operations(Map<String, MBeanInfo> beans) {
        Set<String> rows = new LinkedHashSet<>();
        for (MBeanInfo info : beans.values()) {
            for (MBeanOperationInfo operation : info.getOperations()) {
                rows.add(row(operation.getName(), operation.getDescription()));
            }
        }
        return rows.stream().sorted().toList();
    }

    private static List<String> notifications(Map<String, MBeanInfo> beans) {
        Set<String> rows = new LinkedHashSet<>();
        for (MBeanInfo info : beans.values()) {
            for (MBeanNotificationInfo notification : info.getNotifications()) {
                rows.add(row("`" + notification.getNotifTypes()[0] + "`", notification.getDescription()));
            }
        }
        return List.copyOf(rows);
    }
}
