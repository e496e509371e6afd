package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.Test;

/** Two applications in one server, with pools of the same names: each has its own, and its own MXBeans. */
class LibertyTwoApplicationsIT {

    @Test
    void bothWorkAndBothAreManaged() throws Exception {
        try (Quarkus peer = new Quarkus();
                Liberty liberty = new Liberty().asking(peer)) {
            int other = Container.freePort();
            deploySecond(liberty, other);
            peer.asking(liberty);
            Container.start(liberty, peer);
            liberty.awaitReadiness(200);
            await().until(() -> liberty.get("/second/stock/apple").statusCode() == 200);

            assertThat(liberty.get("/stock/apple").body()).matches(Answers.STOCK);
            assertThat(liberty.get("/second/stock/apple").body())
                    .isEqualTo(liberty.get("/stock/apple").body());
            try (Quarkus askingTheSecond = new Quarkus();
                    JMXConnector jmx = liberty.jmx()) {
                askingTheSecond.set("quicpool.client.\"stock\".target", "localhost:" + other);
                askingTheSecond.start();
                askingTheSecond.awaitReadiness(200);
                assertThat(askingTheSecond.get("/prices/apple").body()).matches(Answers.PRICES);

                Set<String> names = new TreeSet<>();
                jmx.getMBeanServerConnection()
                        .queryNames(new ObjectName("io.quicpool:*"), null)
                        .forEach(name ->
                                names.add(name.getKeyProperty("name") + " " + name.getKeyProperty("application")));
                assertThat(names)
                        .containsExactly(
                                "\"prices\" \"second\"",
                                "\"prices\" \"stock\"",
                                "\"stock\" \"second\"",
                                "\"stock\" \"stock\"");
                // Both server pools have answered, and both client pools have asked.
                peer.awaitReadiness(200);
                assertThat(peer.get("/prices/apple").body()).matches(Answers.PRICES);
                for (ObjectName bean :
                        jmx.getMBeanServerConnection().queryNames(new ObjectName("io.quicpool:*"), null)) {
                    assertThat((Long) jmx.getMBeanServerConnection().getAttribute(bean, "HandedOut"))
                            .as(bean.toString())
                            .isPositive();
                }
            }
            Results.shown(liberty, "two applications with pools of the same names");
        }
    }

    // The same application again, under another name, with another port by its own configuration.
    private static void deploySecond(Liberty liberty, int port) throws Exception {
        Path server = liberty.server();
        Files.createDirectories(server.resolve("apps"));
        Files.copy(Liberty.WAR, server.resolve("apps/second.war"), StandardCopyOption.REPLACE_EXISTING);
        String xml = Files.readString(Liberty.SERVER_XML);
        assertThat(xml).contains("</server>");
        Files.writeString(server.resolve("server.xml"), xml.replace("</server>", """
                          <webApplication id="second" name="second" location="second.war" contextRoot="/second">
                            <appProperties>
                              <property name="quicpool.server.&quot;stock&quot;.listen" value="127.0.0.1:%d"/>
                            </appProperties>
                          </webApplication>
                        </server>
                        """.formatted(port)));
    }
}
