package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.Printable;
import io.quicpool.config.TlsMode;
import io.quicpool.config.TrustMaterial;
import io.quicpool.jmx.PoolMBeans;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.testing.TestCertificates;
import io.quicpool.transport.Connection;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Text that a peer can influence is always shown as one line of visible characters. */
class PeerTextTest {

    /** A next line, a right-to-left override, a colour, a new line, a line separator, a zero width space, half a character. */
    private static final String EVIL =
            "bad\u0085WARN forged\u202e\u001b[31m\r\nERROR forged\u2028x\u2029y\u200b\ufeff\ud83dz";

    private static final Pattern UNFIT = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private final Pools pools = new Pools();
    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final Logger logger = Logger.getLogger("io.quicpool");
    private final Handler log = new Handler() {
        @Override
        public void publish(LogRecord record) {
            said.add(new SimpleFormatter().formatMessage(record));
            if (record.getThrown() != null) {
                said(record.getThrown());
            }
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    };

    @BeforeEach
    void listen() {
        log.setLevel(Level.ALL);
        logger.setLevel(Level.ALL);
        logger.addHandler(log);
    }

    @AfterEach
    void close() {
        pools.close();
        logger.removeHandler(log);
        logger.setLevel(null);
    }

    // As a log shows it, without the lines that the JDK adds.
    private void said(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        for (String line : trace.toString().split(System.lineSeparator() + "(?=\tat |Caused by: |\t\\.\\.\\. )", -1)) {
            said.add(line.strip());
        }
    }

    private void watch(StreamPool pool) {
        pool.addListener(new PoolListener() {
            @Override
            public void peerLost(StreamPool lost, String reason) {
                said.add("told: " + reason);
            }
        });
    }

    private void ask(ClientPool pool) throws Exception {
        said.add(String.valueOf(pool.snapshot().lastError()));
        said.add(pool.toString());
        // Its cause is the last error.
        assertThatThrownBy(() -> pool.take(new StreamId(4711), Duration.ZERO)).satisfies(this::said);
        PoolMBeans.register(pool, "text");
        for (ObjectName each : ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("io.quicpool:name=" + pool.name() + ",*"), null)) {
            said.add(String.valueOf(ManagementFactory.getPlatformMBeanServer().getAttribute(each, "LastError")));
        }
    }

    private void assertFit() {
        assertThat(said).isNotEmpty().allSatisfy(text -> {
            assertThat(UNFIT.matcher(text).find()).as(Printable.line(text)).isFalse();
            assertThat(text.length()).isLessThan(1200);
        });
    }

    @Test
    void theReasonWhenAServerRefuses() throws Exception {
        try (RawPeer raw = new RawPeer(stream -> stream.connection().close(7, EVIL + "x".repeat(800)))) {
            int port = raw.listen(100).localAddress().getPort();
            ClientPool client = pools.client("127.0.0.1:" + port, c -> c.name("text"));
            await().until(() -> String.valueOf(client.snapshot().lastError()).contains("WARN forged"));
            ask(client);
            assertFit();
        }
    }

    @Test
    void theReasonWhenAServerClosesAConnectionInUse() throws Exception {
        Queue<Connection> connections = new ConcurrentLinkedQueue<>();
        try (RawPeer raw = new RawPeer(stream -> stream.whenReadable(1, () -> {
            try {
                connections.add(stream.connection());
                stream.output().write(new StreamId(connections.size()).toBytes());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }))) {
            int port = raw.listen(100).localAddress().getPort();
            ClientPool client =
                    pools.client("127.0.0.1:" + port, c -> c.name("text").capacity(1, 1));
            watch(client);
            try (PooledStream stream = client.take(SOON)) {
                connections.element().close(7, EVIL);
                assertThatThrownBy(() -> stream.inputStream().read()).satisfies(this::said);
                await().until(() -> said.stream().anyMatch(text -> text.startsWith("told: ")));
                assertThatThrownBy(() -> stream.outputStream().write(1)).satisfies(this::said);
            }
            ask(client);
            assertThat(said).anyMatch(text -> text.contains("WARN forged"));
            assertFit();
        }
    }

    @Test
    void theReasonWhenAClientDisconnects() throws Exception {
        ServerPool server = pools.server(s -> s);
        watch(server);
        try (RawPeer raw = new RawPeer()) {
            Connection connection = raw.connect(server.localAddress());
            RawPeer.open(connection, 0);
            await().until(() -> server.active() == 1);
            PooledStream stream = server.take(SOON);
            connection.close(7, EVIL);
            await().until(() -> said.stream().anyMatch(text -> text.startsWith("told: ")));
            assertThatThrownBy(() -> stream.inputStream().read()).satisfies(this::said);
            assertThat(said).anyMatch(text -> text.contains("WARN forged"));
        }
        assertFit();
    }

    @Test
    void aProtocolThatNobodySpeaks() throws Exception {
        ServerPool server = pools.server(s -> s);
        try (RawPeer raw = new RawPeer()) {
            assertThatThrownBy(() -> raw.connect(server.localAddress(), "h3\u0085WARN forged\r\n", SOON))
                    .satisfies(this::said);
        }
        assertFit();
    }

    /** A handler may repeat it. */
    @Test
    void whatAHandlerThrows() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> {
            if (stream.inputStream().read() == 1) {
                throw new IOException(EVIL);
            }
            throw new IllegalStateException(EVIL);
        });
        ClientPool client = pools.client(server, c -> c.capacity(1, 1));
        for (int kind = 1; kind <= 2; kind++) {
            try (PooledStream stream = client.take(SOON)) {
                stream.outputStream().write(kind);
                assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(IOException.class);
            }
        }
        await().until(() ->
                said.stream().filter(text -> text.contains("WARN forged")).count() >= 2);
        await().until(() -> server.snapshot().lastError() != null);
        said.add(String.valueOf(server.snapshot().lastError()));
        assertThatThrownBy(() -> server.take(new StreamId(4711), Duration.ZERO)).satisfies(this::said);
        assertFit();
    }

    @Test
    void namesInCertificates() throws Exception {
        KeyMaterial evil = TestCertificates.selfSigned(EVIL.replace("\ud83d", ""), "localhost");
        ServerPool server = pools.server(s -> s.certificate(evil));
        String target = "127.0.0.1:" + server.localAddress().getPort();
        ClientPool trusting = pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .name("trusting")
                .transport(Pools.CLIENT_ENGINE)
                .target(target)
                .tlsMode(TlsMode.INSECURE)
                .build()));
        try (PooledStream stream = trusting.take(SOON)) {
            assertThat(stream.tlsSession().toString()).contains("WARN forged");
            said.add(stream.tlsSession().toString());
        }
        for (TrustMaterial trust :
                new TrustMaterial[] {TrustMaterial.jdk(), TrustMaterial.of(evil.certificateChain())}) {
            ClientPool refusing = pools.keep(QuicPools.open(ClientPoolConfig.builder()
                    .name("text")
                    .transport(Pools.CLIENT_ENGINE)
                    .target(target)
                    .tlsMode(TlsMode.VERIFIED)
                    .hostname("elsewhere.example")
                    .trust(trust)
                    .build()));
            await().until(() -> refusing.errorCount() > 0);
            ask(refusing);
            pools.close(refusing);
        }
        assertFit();
    }
}
