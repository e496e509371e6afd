package io.quicpool.it.containers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TrustMaterial;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * One war in Jakarta EE servers of different makers, on their managed executors: it asks and answers, probes and JMX
 * find it, and its handlers, observers and later code find the same as a request. Then the server ends, with a stream
 * in use.
 */
class JakartaIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String AROUND = """
            @Resource: orders EUR true
            class by the context loader: Currency
            configuration: north
            injected: north
            java:app: orders
            java:comp: EUR
            java:module: orders
            request: %s
            """;
    private static final String IN_A_REQUEST = AROUND.formatted("active");
    private static final String ELSEWHERE = AROUND.formatted("ContextNotActiveException");

    private static ServerPool stock;

    @BeforeAll
    static void peer() {
        stock = QuicPools.open(ServerPoolConfig.builder()
                .name("stock")
                .listen("127.0.0.1:0")
                .certificate(
                        KeyMaterial.fromPem(Container.CERTIFICATES.certificate(), Container.CERTIFICATES.privateKey()))
                .build());
        stock.serve(stream -> {
            String item = new String(stream.inputStream().readAllBytes(), UTF_8);
            stream.outputStream().write(("7 of " + item + " left").getBytes(UTF_8));
        });
    }

    @AfterAll
    static void close() {
        stock.close();
    }

    @TestFactory
    Stream<DynamicTest> servers() {
        return Stream.of(
                test("WildFly", 17, WildFly::new),
                test("Payara Micro 6", 17, () -> new PayaraMicro(System.getProperty("payara6.version", "?"))),
                test("Payara Micro 7", 25, () -> new PayaraMicro(System.getProperty("payara7.version", "?"))),
                test("GlassFish", 25, GlassFish::new),
                test("Open Liberty", 17, LibertyOrders::new));
    }

    private static DynamicTest test(String name, int leastJava, Supplier<JakartaServer> make) {
        return DynamicTest.dynamicTest(name, () -> {
            Optional<Jdk> jdk = Jdk.atLeast(leastJava);
            assumeTrue(jdk.isPresent(), "no JDK of version " + leastJava + " or newer was found");
            try (JakartaServer server = make.get().asking(stock.localAddress().getPort())) {
                // More than the default, for a busy machine.
                server.on(jdk.get()).set("quicpool.server.drain-timeout", "30s");
                Results.startTime(server, server.start());
                server.awaitReadiness(200);
                try (ClientPool orders = client("orders", server.orders);
                        ClientPool returns = client("returns", server.returns)) {
                    use(server, orders, returns);
                    if (server.redeploys()) {
                        server.redeploy();
                        server.awaitReadiness(200);
                        use(server, orders, returns);
                        Results.shown(server, "redeployed");
                    }
                    endWithStreamsInUse(server, orders, returns);
                }
            }
        });
    }

    private static ClientPool client(String name, int port) {
        return QuicPools.open(ClientPoolConfig.builder()
                .name(name)
                .target("localhost:" + port)
                .trust(TrustMaterial.fromPem(Container.CERTIFICATES.certificate()))
                .capacity(2, 2)
                .build());
    }

    private static void use(JakartaServer server, ClientPool orders, ClientPool returns) throws Exception {
        for (String pool : List.of("stock", "supplies")) {
            await().atMost(LONG).untilAsserted(() -> assertThat(get(server, "order/" + pool + "/pear"))
                    .isEqualTo("7 of pear left"));
        }
        assertThat(get(server, "event-loops")).isEqualTo("quicpool-orders-io-1 quicpool-stock-io-1");
        assertThat(get(server, "pools")).isEqualTo("orders returns stock supplies");
        assertThat(get(server, "mbeans").lines())
                .containsExactly(
                        "io.quicpool:application=\"orders\",name=\"orders\",type=ServerPool",
                        "io.quicpool:application=\"orders\",name=\"returns\",type=ServerPool",
                        "io.quicpool:application=\"orders\",name=\"stock\",type=ClientPool",
                        "io.quicpool:application=\"orders\",name=\"supplies\",type=ClientPool");
        // Once, and not twice; a server may answer before it asks its applications.
        await().atMost(LONG).untilAsserted(() -> assertThat(
                        server.get(server.readyPath()).body().split("\"quicpool\"", -1))
                .hasSize(2));
        Results.shown(server, "asks and answers over injected pools");

        assertThat(get(server, "around")).isEqualTo(IN_A_REQUEST);
        for (String pool : List.of("stock", "supplies")) {
            // A server may or may not finish the request.
            assertThat(get(server, "later/" + pool)).isIn(ELSEWHERE, IN_A_REQUEST);
            await().atMost(LONG).untilAsserted(() -> assertThat(get(server, "observed/" + pool))
                    .isEqualTo(ELSEWHERE));
        }
        for (ClientPool client : List.of(orders, returns)) {
            try (PooledStream stream = client.take(LONG)) {
                BufferedReader answers = answers(stream);
                assertThat(ask(stream, answers, "around")).isEqualTo(ELSEWHERE);
                assertThat(ask(stream, answers, "in a request")).isEqualTo(IN_A_REQUEST);
            }
        }
        Results.shown(server, "handlers, observers and stages find class loader, JNDI names and injection");
    }

    private static void endWithStreamsInUse(JakartaServer server, ClientPool orders, ClientPool returns)
            throws Exception {
        try (PooledStream order = begun(orders);
                PooledStream back = begun(returns)) {
            server.program().terminate();
            end(orders, order);
            end(returns, back);
        }
        // The exit code for the signal, or 0.
        assertThat(server.program().awaitEnd()).isIn(143, 0);
        Results.shown(server, "SIGTERM with streams in use");
    }

    private static PooledStream begun(ClientPool client) throws Exception {
        await().atMost(LONG).until(() -> client.snapshot().idle() > 0);
        PooledStream stream = client.take(LONG);
        assertThat(say(stream, answers(stream), "before")).isEqualTo("before");
        await().atMost(LONG).until(() -> client.snapshot().idle() > 0);
        return stream;
    }

    private static void end(ClientPool client, PooledStream stream) throws Exception {
        await().atMost(LONG).until(() -> client.snapshot().idle() == 0);
        BufferedReader answers = answers(stream);
        assertThat(say(stream, answers, "while it ends")).isEqualTo("while it ends");
        stream.outputStream().close();
        assertThat(answers.readLine()).isNull();
    }

    private static String get(JakartaServer server, String path) {
        return server.get(server.root() + path).body();
    }

    private static BufferedReader answers(PooledStream stream) throws IOException {
        stream.readTimeout(LONG);
        return new BufferedReader(new InputStreamReader(stream.inputStream(), UTF_8));
    }

    private static String say(PooledStream stream, BufferedReader answers, String line) throws IOException {
        stream.outputStream().write((line + "\n").getBytes(UTF_8));
        stream.outputStream().flush();
        return answers.readLine();
    }

    // As many lines as expected.
    private static String ask(PooledStream stream, BufferedReader answers, String line) throws IOException {
        String first = say(stream, answers, line) + "\n";
        StringBuilder text = new StringBuilder(first);
        for (long more = AROUND.lines().count() - 1; more > 0; more--) {
            text.append(answers.readLine()).append('\n');
        }
        return text.toString();
    }
}
