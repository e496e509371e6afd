package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.Listener;
import io.quicpool.transport.engine.Reflection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.agent15.extension.ApplicationLayerProtocolNegotiationExtension;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicClientConnection.StreamEarlyData;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicConnection.QuicVersion;
import tech.kwik.core.QuicStream;
import tech.kwik.core.impl.QuicClientConnectionImpl;
import tech.kwik.core.impl.QuicClientConnectionImpl.EarlyDataStatus;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.TransportParameters;
import tech.kwik.core.impl.Version;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.tls.QuicTransportParametersExtension;

/** What kwik would do or keep for a client in the handshake, and must not; see docs/kwik.md. */
class HandshakeTrapsTest {

    private final Queue<EngineStream> accepted = new ConcurrentLinkedQueue<>();
    private final RawPeer server = new RawPeer(accepted::add);
    private final List<QuicClientConnection> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(QuicConnection::close);
        server.close();
    }

    private QuicClientConnection.Builder client(int port) {
        return QuicClientConnection.newBuilder()
                .uri(URI.create("x://localhost:" + port))
                .applicationProtocol("np-quic")
                .connectTimeout(SOON)
                .maxIdleTimeout(SOON)
                .noServerCertificateCheck();
    }

    private QuicClientConnection built(QuicClientConnection.Builder builder) throws Exception {
        QuicClientConnection client = builder.build();
        clients.add(client);
        return client;
    }

    private int listen() throws Exception {
        return server.listen(10).localAddress().getPort();
    }

    // After the answer everything that the server sends in the handshake has come.
    private void exchange(QuicConnection client, QuicStream stream) throws Exception {
        stream.getOutputStream().write(7);
        await().until(() -> !accepted.isEmpty());
        EngineStream there = accepted.remove();
        assertThat(there.input().read()).isEqualTo(7);
        there.output().write(8);
        assertThat(stream.getInputStream().read()).isEqualTo(8);
        assertThat(client.getQuicVersion()).isEqualTo(QuicVersion.V1);
    }

    @Test
    void aServerGivesNoTickets() throws Exception {
        QuicClientConnection client = built(client(listen()));
        client.connect();
        exchange(client, client.createStream(true));
        assertThat(client.getNewSessionTickets()).isEmpty();
        ServerConnectionImpl there = (ServerConnectionImpl) ((KwikConnection) server.connections.element()).quic();
        assertThat(there.isEarlyDataAccepted()).isFalse();
    }

    @Test
    void aServerGivesNoTicketsWithAnotherCertificateEither() throws Exception {
        List<Thread> before = threads();
        try (RawPeer renewed = new RawPeer(accepted::add)) {
            Listener listener = renewed.listen(10);
            List<Thread> listening = threads();
            for (int i = 0; i < 10; i++) {
                listener.certificate(Pools.CERTIFICATE);
            }
            // Each starts a thread that ends at once.
            await().untilAsserted(() -> assertThat(threads()).hasSizeLessThanOrEqualTo(listening.size()));
            QuicClientConnection client = built(client(listener.localAddress().getPort()));
            client.connect();
            exchange(client, client.createStream(true));
            assertThat(client.getNewSessionTickets()).isEmpty();
        }
        await().untilAsserted(() -> assertThat(threads()).hasSizeLessThanOrEqualTo(before.size()));
    }

    // The threads of ticket stores have the JDK's default names.
    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().startsWith("pool-"))
                .toList();
    }

    /** 0-RTT data comes from an address that is not validated. */
    @Test
    void earlyDataIsNotProcessed() throws Exception {
        QuicClientConnectionImpl client = (QuicClientConnectionImpl) withTicket();
        client.connect(List.of(new StreamEarlyData(new byte[] {7}, false)));
        assertThat(client.getEarlyDataStatus()).isEqualTo(EarlyDataStatus.Requested);
        client.createStream(true).getOutputStream().write(9);
        await().until(() -> accepted.size() == 2);
        assertThat(server.connections).hasSize(1);
        // The client has to send the early data again, and may fail to: its stream is not safe for that.
        Queue<EngineStream> readable = new ConcurrentLinkedQueue<>();
        accepted.forEach(each -> each.whenReadable(1, () -> readable.add(each)));
        await().until(() -> !readable.isEmpty());
        EngineStream first = readable.remove();
        assertThat(first.input().read()).isIn(7, 9);
        first.output().write(8);
    }

    // From this server, as if it gave tickets.
    private QuicClientConnection withTicket() throws Exception {
        Listener listener = server.listen(10);
        KwikTls.Store store = KwikTls.Store.of(Pools.CERTIFICATE);
        GatedConnections factory = (GatedConnections)
                Objects.requireNonNull(Reflection.get(Reflection.field(KwikListener.class, "factory"), listener));
        factory.certificate(new TlsServerEngineFactory(
                store.keyStore(), KwikTls.ALIAS, store.password(), KwikTls.curve(Pools.CERTIFICATE)));
        int port = listener.localAddress().getPort();
        QuicClientConnection first = built(client(port));
        first.connect();
        await().until(() -> !first.getNewSessionTickets().isEmpty());
        server.connections.clear();
        return built(client(port).sessionTicket(first.getNewSessionTickets().get(0)));
    }

    /** kwik would switch to version 2, and then drop its packets. */
    @Test
    void aClientThatPrefersVersion2IsServedInVersion1() throws Exception {
        QuicClientConnection client = built(client(listen()).preferredVersion(QuicVersion.V2));
        client.connect();
        exchange(client, client.createStream(true));
        // The server offers no other version either.
        TransportParameters ofServer = ((QuicClientConnectionImpl) client).getPeerTransportParameters();
        assertThat(ofServer.getVersionInformation().getOtherVersions()).containsExactly(Version.QUIC_version_1);
    }

    /** Their packets differ in nothing that the server's logger could see. */
    @Test
    void theCloseOfAClientWithoutAnIdIsTheCloseOfNoOther() throws Exception {
        int port = listen();
        for (int i = 0; i < 2; i++) {
            built(client(port).connectionIdLength(0)).connect();
        }
        await().until(() -> server.connections.size() == 2);
        GatedConnection first = gated(server.connections.remove());
        GatedConnection second = gated(server.connections.remove());
        assertThat(first.getDestinationConnectionId()).isEmpty();
        first.close();
        await().until(() -> {
            first.endIfPeerInformed();
            return KwikInternals.hasEnded(first);
        });
        second.endIfPeerInformed();
        assertThat(KwikInternals.hasEnded(second)).isFalse();
    }

    private static GatedConnection gated(Connection connection) {
        return (GatedConnection) ((KwikConnection) connection).quic();
    }

    /** kwik would take it for a negative number, and refuse the client. */
    @Test
    void aClientMayHaveRoomForAnyNumberOfConnectionIds() throws Exception {
        built(client(listen())).connect();
        await().until(() -> !server.connections.isEmpty());
        GatedConnection there = gated(server.connections.element());
        // active_connection_id_limit = 2^62 - 1 and initial_source_connection_id (RFC 9000, section 18.2).
        byte[] source = there.getDestinationConnectionId();
        String parameters = "0e08ffffffffffffffff0f%02x%s"
                .formatted(source.length, HexFormat.of().formatHex(source));
        // As an extension of TLS.
        byte[] extension = HexFormat.of().parseHex("0039%04x%s".formatted(parameters.length() / 2, parameters));
        QuicTransportParametersExtension ofClient = new QuicTransportParametersExtension(Version.QUIC_version_1)
                .parse(ByteBuffer.wrap(extension), Role.Client, new NullLogger());
        assertThat(ofClient.getTransportParameters().getActiveConnectionIdLimit())
                .isNegative();
        there.extensionsReceived(List.of(new ApplicationLayerProtocolNegotiationExtension("np-quic"), ofClient));
        assertThat(ofClient.getTransportParameters().getActiveConnectionIdLimit())
                .isGreaterThan(1);
    }
}
