package io.quicpool.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builds the settings of a server pool. Each method describes a setting and its default. Not thread-safe. */
public final class ServerPoolConfigBuilder {

    private String name = PoolLimits.NAME;
    private @Nullable Endpoint listen;
    private @Nullable KeyMaterial certificate;
    private int maxCapacity = 1024;
    private int maxWaiting = PoolLimits.WAITING;
    private final List<AddressRange> allowedClients = new ArrayList<>();
    private Duration keepAlive = PoolLimits.KEEP_ALIVE;
    private Duration helloTimeout = Duration.ofSeconds(10);
    private int maxStreamsPerConnection;
    private int maxConnections = 256;
    private int maxPendingHellos = 1024;
    private int maxPendingHandshakes = 128;
    private int maxHandlers = HandlerConfig.DEFAULT.max();
    private int handlerQueue = HandlerConfig.DEFAULT.queue();
    private HandlerExecutor handlerExecutor = HandlerConfig.DEFAULT.executor();
    private Duration readTimeout = StreamTimeouts.DEFAULT.read();
    private Duration writeTimeout = StreamTimeouts.DEFAULT.write();
    private boolean addressValidation;
    private ClientAuth clientAuth = ClientAuth.NONE;
    private @Nullable TrustMaterial clientTrust;
    private @Nullable CongestionControl congestionControl;
    private String alpn = PoolLimits.ALPN;
    private String transport = PoolLimits.TRANSPORT;

    ServerPoolConfigBuilder() {}

    ServerPoolConfigBuilder(ServerPoolConfig config) {
        name = config.name();
        listen = config.listen();
        certificate = config.certificate();
        maxCapacity = config.maxCapacity();
        maxWaiting = config.maxWaiting();
        allowedClients.addAll(config.allowedClients());
        keepAlive = config.keepAlive();
        helloTimeout = config.helloTimeout();
        maxStreamsPerConnection = config.maxStreamsPerConnection();
        maxConnections = config.maxConnections();
        maxPendingHellos = config.maxPendingHellos();
        maxPendingHandshakes = config.maxPendingHandshakes();
        maxHandlers = config.handlers().max();
        handlerQueue = config.handlers().queue();
        handlerExecutor = config.handlers().executor();
        readTimeout = config.streamTimeouts().read();
        writeTimeout = config.streamTimeouts().write();
        addressValidation = config.addressValidation();
        clientAuth = config.clientAuth();
        clientTrust = config.clientTrust();
        congestionControl = config.congestionControl();
        alpn = config.alpn();
        transport = config.transport();
    }

    /**
     * The name of the pool in logs, threads, exceptions and JMX. Default: {@code default}.
     *
     * @param name 1 to 64 characters
     */
    public ServerPoolConfigBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Where to listen, as {@code HOST:PORT}. With port 0 the system chooses the port. Required.
     *
     * @param listen such as {@code 0.0.0.0:4433}
     * @throws ConfigException when the text has another form
     */
    public ServerPoolConfigBuilder listen(String listen) {
        return listen(Endpoint.parse("listen", listen));
    }

    /**
     * Where to listen. Required.
     *
     * @param listen with port 0 the system chooses the port
     */
    public ServerPoolConfigBuilder listen(Endpoint listen) {
        this.listen = Objects.requireNonNull(listen, "listen");
        return this;
    }

    /**
     * The certificate that the server presents. Required.
     *
     * @param certificate an EC or RSA key and its certificates
     */
    public ServerPoolConfigBuilder certificate(KeyMaterial certificate) {
        this.certificate = Objects.requireNonNull(certificate, "certificate");
        return this;
    }

    /**
     * Maximum number of idle streams that the pool holds, over all its clients. Further streams wait for their id. Default: 1,024.
     *
     * @param maxCapacity from 1 to 65,536
     */
    public ServerPoolConfigBuilder maxCapacity(int maxCapacity) {
        this.maxCapacity = maxCapacity;
        return this;
    }

    /**
     * Maximum number of callers that wait for a stream at a time. Further callers get {@link io.quicpool.PoolBusyException} at
     * once. Default: 10,000.
     *
     * @param maxWaiting from 1 to 1,000,000
     */
    public ServerPoolConfigBuilder maxWaiting(int maxWaiting) {
        this.maxWaiting = maxWaiting;
        return this;
    }

    /**
     * Allows clients of this address or range. Can be called several times. Default: every client is allowed.
     *
     * @param addressOrRange an IP address or a CIDR range
     * @throws ConfigException when the text is neither
     */
    public ServerPoolConfigBuilder allowClient(String addressOrRange) {
        allowedClients.add(AddressRange.parse("client-ip", addressOrRange));
        return this;
    }

    /**
     * The clients that may connect. Replaces all earlier ranges.
     *
     * @param ranges empty for every client
     */
    public ServerPoolConfigBuilder allowedClients(List<AddressRange> ranges) {
        List<AddressRange> all = List.copyOf(ranges);
        allowedClients.clear();
        allowedClients.addAll(all);
        return this;
    }

    /**
     * A third of the idle time-out. A client that is silent for the idle time-out is lost. Default: 10 s.
     *
     * @param keepAlive from 700 ms to 10 min
     */
    public ServerPoolConfigBuilder keepAlive(Duration keepAlive) {
        this.keepAlive = Objects.requireNonNull(keepAlive, "keepAlive");
        return this;
    }

    /**
     * How long a new stream may wait for its hello. Default: 10 s.
     *
     * @param helloTimeout from 100 ms to 10 min
     */
    public ServerPoolConfigBuilder helloTimeout(Duration helloTimeout) {
        this.helloTimeout = Objects.requireNonNull(helloTimeout, "helloTimeout");
        return this;
    }

    /**
     * Maximum number of streams that one client may have open at a time, idle and in use. It bounds the stream credit (RFC
     * 9000, section 4.6). Within this bound a client may have as many idle streams as its share of the capacity, and any number
     * in use. 0 means 16,384 over kwik. Over Netty streams in use count too: there 0 means the share, but at least 256 streams,
     * or the capacity if that is less. Over Netty any other value is the credit itself. Default: 0.
     *
     * @param maxStreamsPerConnection from the capacity to 1,048,576, or 0
     */
    public ServerPoolConfigBuilder maxStreamsPerConnection(int maxStreamsPerConnection) {
        this.maxStreamsPerConnection = maxStreamsPerConnection;
        return this;
    }

    /**
     * Maximum number of connected clients. Default: 256.
     *
     * @param maxConnections from 1 to 65,536
     */
    public ServerPoolConfigBuilder maxConnections(int maxConnections) {
        this.maxConnections = maxConnections;
        return this;
    }

    /**
     * Maximum number of open streams without a hello, over all clients. Further streams are refused. One client may have half of
     * them. Default: 1,024.
     *
     * @param maxPendingHellos from 1 to 65,536
     */
    public ServerPoolConfigBuilder maxPendingHellos(int maxPendingHellos) {
        this.maxPendingHellos = maxPendingHellos;
        return this;
    }

    /**
     * Maximum number of handshakes under way. Each may take up to 10 s, or 2 s while the limit is reached. Further clients get
     * no answer and try again. This bounds the threads and the memory for clients that start a handshake and vanish. Default:
     * 128.
     *
     * @param maxPendingHandshakes from 1 to 65,536
     */
    public ServerPoolConfigBuilder maxPendingHandshakes(int maxPendingHandshakes) {
        this.maxPendingHandshakes = maxPendingHandshakes;
        return this;
    }

    /**
     * Maximum number of handlers that run at a time; see {@link io.quicpool.ServerPool#serve}. They are shared among the clients,
     * see {@link HandlerConfig}. Default: 256.
     *
     * @param maxHandlers from 1 to 65,536
     */
    public ServerPoolConfigBuilder maxHandlers(int maxHandlers) {
        this.maxHandlers = maxHandlers;
        return this;
    }

    /**
     * Maximum number of streams with data that wait for a handler, shared like {@link #maxHandlers}. Further streams are reset with
     * {@link io.quicpool.StreamErrors#HANDLER_BUSY}. Default: 2,048.
     *
     * @param handlerQueue from 0 to 65,536
     */
    public ServerPoolConfigBuilder handlerQueue(int handlerQueue) {
        this.handlerQueue = handlerQueue;
        return this;
    }

    /**
     * Where handlers run that are given without an executor. Default: {@link HandlerExecutor#POOL}. Only the component looks for
     * the executor of the container. Without the component {@link HandlerExecutor#CONTAINER} is the same as {@code POOL}.
     *
     * @param handlerExecutor which; {@link HandlerExecutor#VIRTUAL} needs Java 21 or later
     */
    public ServerPoolConfigBuilder handlerExecutor(HandlerExecutor handlerExecutor) {
        this.handlerExecutor = Objects.requireNonNull(handlerExecutor, "handlerExecutor");
        return this;
    }

    /**
     * How long one read of a stream may wait for its first byte, unless {@link io.quicpool.PooledStream#readTimeout} sets another
     * limit for that stream. Default: 30 s.
     *
     * @param readTimeout up to 24 h; zero waits for ever
     */
    public ServerPoolConfigBuilder readTimeout(Duration readTimeout) {
        this.readTimeout = Objects.requireNonNull(readTimeout, "readTimeout");
        return this;
    }

    /**
     * How long one write of a stream may wait for a peer that does not read, unless {@link io.quicpool.PooledStream#writeTimeout}
     * sets another limit for that stream. Default: 30 s.
     *
     * @param writeTimeout up to 24 h; zero waits for ever
     */
    public ServerPoolConfigBuilder writeTimeout(Duration writeTimeout) {
        this.writeTimeout = Objects.requireNonNull(writeTimeout, "writeTimeout");
        return this;
    }

    /**
     * Whether a client must first prove that it owns its address (Retry, RFC 9000, section 8.1.2). This keeps out clients with
     * forged addresses, and costs one round trip for each connection. Default: false.
     *
     * @param addressValidation true to use Retry
     */
    public ServerPoolConfigBuilder addressValidation(boolean addressValidation) {
        this.addressValidation = addressValidation;
        return this;
    }

    /**
     * Whether clients are asked for a certificate. Needs {@link #clientTrust}, and an engine that can ask: {@code netty} can,
     * {@code kwik} cannot. Default: none.
     *
     * @param clientAuth none, want or need
     */
    public ServerPoolConfigBuilder clientAuth(ClientAuth clientAuth) {
        this.clientAuth = Objects.requireNonNull(clientAuth, "clientAuth");
        return this;
    }

    /**
     * The issuers of clients' certificates: the chain must lead to one of them. Required when clients are asked.
     *
     * @param clientTrust the issuers
     */
    public ServerPoolConfigBuilder clientTrust(TrustMaterial clientTrust) {
        this.clientTrust = Objects.requireNonNull(clientTrust, "clientTrust");
        return this;
    }

    /**
     * The algorithm that this side uses for congestion control. Default: that of the engine, CUBIC with {@code netty}. It cannot
     * be set with {@code kwik}.
     */
    public ServerPoolConfigBuilder congestionControl(CongestionControl congestionControl) {
        this.congestionControl = Objects.requireNonNull(congestionControl, "congestionControl");
        return this;
    }

    /**
     * The application protocol (ALPN, RFC 7301). Both sides must have the same. Default: {@code np-quic}, that of the Go
     * package NodePassProject/quic.
     *
     * @param alpn 1 to 255 visible ASCII characters
     */
    public ServerPoolConfigBuilder alpn(String alpn) {
        this.alpn = Objects.requireNonNull(alpn, "alpn");
        return this;
    }

    /**
     * The QUIC engine. Default: {@code kwik}.
     *
     * @param transport the name of an engine that is on the class path
     */
    public ServerPoolConfigBuilder transport(String transport) {
        this.transport = Objects.requireNonNull(transport, "transport");
        return this;
    }

    /**
     * Checks the settings.
     *
     * @return the settings, immutable
     * @throws ConfigException when a setting is missing or cannot be used; names the setting, the pool and what is allowed
     */
    public ServerPoolConfig build() {
        try {
            return checked();
        } catch (ConfigException e) {
            throw e.inPool(PoolLabel.server(name));
        }
    }

    private ServerPoolConfig checked() {
        // Checked before the required settings, so that a wrong value is reported even if one of those is missing.
        HandlerConfig handlers = new HandlerConfig(maxHandlers, handlerQueue, handlerExecutor);
        StreamTimeouts streamTimeouts = new StreamTimeouts(readTimeout, writeTimeout);
        ServerPoolConfig.check(
                name,
                maxCapacity,
                maxWaiting,
                keepAlive,
                helloTimeout,
                maxStreamsPerConnection,
                maxConnections,
                maxPendingHellos,
                maxPendingHandshakes,
                clientAuth,
                clientTrust,
                alpn,
                transport);
        if (listen == null) {
            throw new ConfigException("listen", null, "must be HOST:PORT, such as 0.0.0.0:4433");
        }
        if (certificate == null) {
            throw new ConfigException("certificate", null, "a server needs a private key and its certificate");
        }
        return new ServerPoolConfig(
                name,
                listen,
                certificate,
                maxCapacity,
                maxWaiting,
                allowedClients,
                keepAlive,
                helloTimeout,
                maxStreamsPerConnection,
                maxConnections,
                maxPendingHellos,
                maxPendingHandshakes,
                handlers,
                streamTimeouts,
                addressValidation,
                clientAuth,
                clientTrust,
                congestionControl,
                alpn,
                transport);
    }
}
