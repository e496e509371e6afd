package io.quicpool.transport.kwik;

import io.quicpool.TlsSession;
import io.quicpool.config.Endpoint;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.Printable;
import io.quicpool.tls.RecordingTrust;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.engine.HandshakeInfo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.impl.QuicClientConnectionImpl;

/** Makes one client connection. */
final class KwikConnector {

    /** kwik's message for a server that closed the connection during the handshake. */
    private static final Pattern CLOSED = Pattern.compile(
            "Server closed connection: (TLS|transport|application protocol) error (\\d{1,18})(?:: (.*))?",
            Pattern.DOTALL);

    /** TLS alerts are the transport errors from here on (RFC 9001, section 4.8). */
    private static final long FIRST_TLS_ERROR = 0x100;

    // kwik's default of 500 ms would send a lost first packet again after a second only. It is lost when the server is
    // just starting.
    private static final int INITIAL_RTT_MILLIS = 100;

    private final ConnectSpec spec;
    private final ConnectionEvents events;
    private final RecordingTrust trust;
    private final ClientSocket socket;
    private final ClientTap tap;

    KwikConnector(ConnectSpec spec, ConnectionEvents events) throws IOException {
        this(spec, events, new ClientTap(spec.connectTimeout()));
    }

    KwikConnector(ConnectSpec spec, ConnectionEvents events, ClientTap tap) throws IOException {
        this.spec = spec;
        this.events = events;
        this.tap = tap;
        this.trust = new RecordingTrust(spec.trust());
        this.socket = new ClientSocket(spec.remote());
    }

    Connection connect() throws IOException, InterruptedException {
        ReadinessPoller poller = new ReadinessPoller(spec.poolName());
        QuicClientConnectionImpl quic = null;
        try {
            quic = build();
            KwikConnection made = new KwikConnection(quic, poller, poller::close);
            made.events(events);
            tap.watch(made);
            quic.setConnectionListener(new ConnectionListener() {
                @Override
                public void disconnected(ConnectionTerminatedEvent event) {
                    ended(made, event);
                }
            });
            handshake(quic);
            tap.awaitHandshakeSent(quic);
            made.established(
                    handshakeInfo(quic), quic.getPeerTransportParameters().getInitialMaxStreamsBidi());
            socket.established(made);
            if (socket.isClosed()) {
                // kwik has ended the connection meanwhile, before the socket could report that to it.
                String reason = made.alive() ? CloseReason.ofEngine(null) : made.lostReason();
                throw new IOException(failure(new IOException(reason)));
            }
            return made;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            poller.close();
            socket.close();
            if (quic != null) {
                KwikInternals.endThreads(quic);
            }
            throw e;
        }
    }

    // A refused handshake fails at once. kwik would first drain the connection for three probe time-outs.
    private void ended(KwikConnection made, ConnectionTerminatedEvent event) {
        made.terminated(event);
        if (!made.isEstablished() && event.closedByPeer()) {
            made.quic().abortConnection(new IOException(made.lostReason()));
        }
    }

    private QuicClientConnectionImpl build() throws IOException {
        QuicClientConnection.Builder builder = QuicClientConnection.newBuilder()
                .host(spec.serverName())
                // Not a proxy: the address to connect to, so that kwik does not resolve the name.
                .proxy(spec.remote().getAddress().getHostAddress())
                .port(spec.remote().getPort())
                .applicationProtocol(spec.alpn())
                .connectTimeout(spec.connectTimeout())
                .initialRtt(INITIAL_RTT_MILLIS)
                .maxIdleTimeout(spec.idleTimeout())
                .maxOpenPeerInitiatedBidirectionalStreams(0)
                .maxOpenPeerInitiatedUnidirectionalStreams(0)
                // kwik makes the connection's buffer ten times this. The stream's is set below.
                .defaultStreamReceiveBufferSize(KwikTransport.CONNECTION_BUFFER / 10)
                .socketFactory(address -> socket)
                .customTrustManager(trust)
                .logger(tap);
        KeyMaterial certificate = spec.clientCertificate();
        if (certificate != null) {
            builder.clientKeyManager(KwikTls.Store.of(certificate).keyManager());
        }
        QuicClientConnectionImpl quic = (QuicClientConnectionImpl) builder.build();
        quic.setDefaultBidirectionalStreamReceiveBufferSize(KwikTransport.STREAM_BUFFER);
        KwikInternals.withoutNameCheck(quic);
        SmallDatagrams.install(quic);
        return quic;
    }

    private void handshake(QuicClientConnectionImpl quic) throws IOException, InterruptedException {
        try {
            tap.connecting(Thread.currentThread());
            quic.connect();
        } catch (IOException e) {
            throw new IOException(Printable.said(failure(e), CloseReason.MAX_LENGTH), Printable.cause(e));
        } catch (RuntimeException e) {
            if (e.getMessage() == null && e.getCause() == null) {
                // kwik's answer to an interrupt.
                throw (InterruptedException) new InterruptedException("interrupted while connecting").initCause(e);
            }
            throw new IOException(Printable.said(failure(e), CloseReason.MAX_LENGTH), Printable.cause(e));
        }
    }

    private String failure(Exception e) {
        String to = "cannot connect to " + Endpoint.text(spec.remote()) + ": ";
        CertificateException refusal = trust.refusal();
        if (refusal != null) {
            return to + refusal.getMessage();
        }
        String said = String.valueOf(e.getMessage());
        if (socket.refused()) {
            return to + "nobody listens there (port unreachable)";
        }
        if (said.contains("timed out")) {
            return to + "no answer within " + spec.connectTimeout().toMillis() + " ms";
        }
        KwikConnection made = tap.connection();
        if (said.equals("Handshake error: ") && made != null && !made.alive()) {
            // The connection ended just after its handshake, and kwik has lost the reason.
            return to + made.lostReason();
        }
        return to + reasonOf(said);
    }

    /** Turns kwik's message for a failed handshake into the words of {@link CloseReason}: either may come. */
    static String reasonOf(String said) {
        String what = said.replaceFirst("^Handshake error: (?=.)", "");
        Matcher closed = CLOSED.matcher(what);
        if (closed.matches()) {
            String space = closed.group(1);
            long code = Long.parseLong(closed.group(2)) + (space.equals("TLS") ? FIRST_TLS_ERROR : 0);
            String reason = closed.group(3);
            return CloseReason.of(space.equals("application protocol"), code, reason == null ? "" : reason);
        }
        // Drops the names of exception classes.
        return what.replaceAll("(?:[a-z0-9_]+\\.)+[A-Z]\\w*(?:Exception|Alert): ", "");
    }

    private HandshakeInfo handshakeInfo(QuicClientConnectionImpl quic) {
        return new HandshakeInfo(
                (InetSocketAddress) socket.getLocalSocketAddress(),
                spec.remote(),
                new TlsSession("TLSv1.3", KwikInternals.cipherSuite(quic), quic.getServerCertificateChain()),
                KwikInternals.idleTimeout(quic, spec.idleTimeout()));
    }
}
