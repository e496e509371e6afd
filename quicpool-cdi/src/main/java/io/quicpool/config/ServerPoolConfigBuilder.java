package io.quicpool.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the settings of a server pool; each method says what its setting means and its default. Not thread-safe. */
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
     * @return this
     */
    public ServerPoolConfigBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Where to listen as {@code HOST:PORT}; port 0 leaves the choice to the system. Required.
     *
     * @param listen such as {@code 0.0.0.0:4433}
     * @return this
     * @throws ConfigException when the text has another form
     */
    public ServerPoolConfigBuilder listen(String listen) {
        return listen(Endpoint.parse("listen", listen));
    }

    /**
     * Where to listen. Required.
     *
     * @param listen port 0 leaves the choice to the system
     * @return this
     */
    public ServerPoolConfigBuilder listen(Endpoint listen) {
        this.listen = Objects.requireNonNull(listen, "listen");
        return this;
    }

    /**
     * What the server presents. Required.
     *
     * @param certificate an EC or RSA key and its certificates
     * @return this
     */
    public ServerPoolConfigBuilder certificate(KeyMaterial certificate) {
        this.certificate = Objects.requireNonNull(certificate, "certificate");
        return this;
    }

    /**
     * How many idle streams the pool holds at most, over all its clients; more are refused. Default: 1,024.
     *
     * @param maxCapacity from 1 to 65,536
     * @return this
     */
    public ServerPoolConfigBuilder maxCapacity(int maxCapacity) {
        this.maxCapacity = maxCapacity;
        return this;
    }

    /**
     * How many callers may wait for a stream at a time. One more gets {@link io.quicpool.PoolBusyException} at once. Default: 10,000.
     *
     * @param maxWaiting from 1 to 1,000,000
     * @return this
     */
    public ServerPoolConfigBuilder maxWaiting(int maxWaiting) {
        this.maxWaiting = maxWaiting;
        return this;
    }

    /**
     * Lets clients of this address or range connect; can be called several times. Default: every client.
     *
     * @param addressOrRange an IP address or a CIDR range
     * @return this
     * @throws ConfigException when the text is neither
     */
    public ServerPoolConfigBuilder allowClient(String addressOrRange) {
        allowedClients.add(AddressRange.parse("client-ip", addressOrRange));
        return this;
    }

    /**
     * Who may connect, instead of all that was said before.
     *
     * @param ranges empty for every client
     * @return this
     */
    public ServerPoolConfigBuilder allowedClients(List<AddressRange> ranges) {
        List<AddressRange> all = List.copyOf(ranges);
        allowedClients.clear();
        allowedClients.addAll(all);
        return this;
    }

    /**
     * A third of the idle time-out, after which a client that says nothing is lost. Default: 10 s.
     *
     * @param keepAlive from 700 ms to 10 min
     * @return this
     */
    public ServerPoolConfigBuilder keepAlive(Duration keepAlive) {
        this.keepAlive = Objects.requireNonNull(keepAlive, "keepAlive");
        return this;
    }

    /**
     * How long a new stream may wait for its hello. Default: 10 s.
     *
     * @param helloTimeout from 100 ms to 10 min
     * @return this
     */
    public ServerPoolConfigBuilder helloTimeout(Duration helloTimeout) {
        this.helloTimeout = Objects.requireNonNull(helloTimeout, "helloTimeout");
        return this;
    }

    /**
     * How many streams one client may have open at a time, idle and in use: the bound of its stream credit (RFC 9000, section
     * 4.6). Below it a client may have as many idle streams open as its share of the capacity, and more for those in use. With 0
     * there is no other bound than the engine's: 16,384 over kwik; over Netty, where streams in use count too, the share, and 256
     * at least where the capacity is as large. Another value is over Netty the credit itself. Default: 0.
     *
     * @param maxStreamsPerConnection from the capacity to 1,048,576, or 0
     * @return this
     */
    public ServerPoolConfigBuilder maxStreamsPerConnection(int maxStreamsPerConnection) {
        this.maxStreamsPerConnection = maxStreamsPerConnection;
        return this;
    }

    /**
     * How many clients may be connected at a time. Default: 256.
     *
     * @param maxConnections from 1 to 65,536
     * @return this
     */
    public ServerPoolConfigBuilder maxConnections(int maxConnections) {
        this.maxConnections = maxConnections;
        return this;
    }

    /**
     * How many streams may be open without their hello at a time, over all clients; more are refused. One client may have
     * half of them. Default: 1,024.
     *
     * @param maxPendingHellos from 1 to 65,536
     * @return this
     */
    public ServerPoolConfigBuilder maxPendingHellos(int maxPendingHellos) {
        this.maxPendingHellos = maxPendingHellos;
        return this;
    }

    /**
     * How many clients may be connecting at a time; each may take up to 10 s, or 2 s while the limit is reached. Those
     * that come then are not answered, and try again. It bounds the threads and the memory that clients cost which begin to connect and vanish. Default: 128.
     *
     * @param maxPendingHandshakes from 1 to 65,536
     * @return this
     */
    public ServerPoolConfigBuilder maxPendingHandshakes(int maxPendingHandshakes) {
        this.maxPendingHandshakes = maxPendingHandshakes;
        return this;
    }

    /**
     * How many handlers run at a time; see {@link io.quicpool.ServerPool#serve}. One client may have half of them when it is alone,
     * otherwise no more than are free, and the last quarter is for clients that have none. Default: 256.
     *
     * @param maxHandlers from 1 to 65,536
     * @return this
     */
    public ServerPoolConfigBuilder maxHandlers(int maxHandlers) {
        this.maxHandlers = maxHandlers;
        return this;
    }

    /**
     * How many streams that were spoken to may wait for a handler, shared as {@link #maxHandlers} is; more are reset with
     * {@link io.quicpool.StreamErrors#HANDLER_BUSY}. Default: 2,048.
     *
     * @param handlerQueue from 0 to 65,536
     * @return this
     */
    public ServerPoolConfigBuilder handlerQueue(int handlerQueue) {
        this.handlerQueue = handlerQueue;
        return this;
    }

    /**
     * On whose threads the handler runs that is given without an executor. Default: {@link HandlerExecutor#POOL}; in code
     * {@link HandlerExecutor#CONTAINER} is the same, the component looks for the container's executor.
     *
     * @param handlerExecutor which; {@link HandlerExecutor#VIRTUAL} needs Java 21 or later
     * @return this
     */
    public ServerPoolConfigBuilder handlerExecutor(HandlerExecutor handlerExecutor) {
        this.handlerExecutor = Objects.requireNonNull(handlerExecutor, "handlerExecutor");
        return this;
    }

    /**
     * How long one read of a stream may wait for its first byte, unless {@link io.quicpool.PooledStream#readTimeout} says otherwise of
     * that stream. Default: 30 s.
     *
     * @param readTimeout up to 24 h; zero waits for ever
     * @return this
     */
    public ServerPoolConfigBuilder readTimeout(Duration readTimeout) {
        this.readTimeout = Objects.requireNonNull(readTimeout, "readTimeout");
        return this;
    }

    /**
     * How long one write of a stream may wait for a peer that does not read, unless {@link io.quicpool.PooledStream#writeTimeout} says
     * otherwise of that stream. Default: 30 s.
     *
     * @param writeTimeout up to 24 h; zero waits for ever
     * @return this
     */
    public ServerPoolConfigBuilder writeTimeout(Duration writeTimeout) {
        this.writeTimeout = Objects.requireNonNull(writeTimeout, "writeTimeout");
        return this;
    }

    /**
     * Whether a client must first prove that it receives what is sent to its address (Retry packet, RFC 9000, section 8.1.2).
     * Keeps out clients with forged addresses, and costs a round trip for each connection. Default: false.
     *
     * @param addressValidation whether it must
     * @return this
     */
    public ServerPoolConfigBuilder addressValidation(boolean addressValidation) {
        this.addressValidation = addressValidation;
        return this;
    }

    /**
     * Whether clients are asked for a certificate. Goes with {@link #clientTrust}; an engine that cannot ask refuses it when the pool
     * is opened: {@code kwik} cannot, {@code netty} can. Default: none.
     *
     * @param clientAuth none, want or need
     * @return this
     */
    public ServerPoolConfigBuilder clientAuth(ClientAuth clientAuth) {
        this.clientAuth = Objects.requireNonNull(clientAuth, "clientAuth");
        return this;
    }

    /**
     * Whose clients' certificates are accepted: the chain must lead to one of these issuers. Required when clients are asked.
     *
     * @param clientTrust the issuers
     * @return this
     */
    public ServerPoolConfigBuilder clientTrust(TrustMaterial clientTrust) {
        this.clientTrust = Objects.requireNonNull(clientTrust, "clientTrust");
        return this;
    }

    /**
     * How fast this side goes on after loss. Default: the engine's own, CUBIC with {@code netty}; {@code kwik} leaves no choice.
     *
     * @param congestionControl the algorithm
     * @return this
     */
    public ServerPoolConfigBuilder congestionControl(CongestionControl congestionControl) {
        this.congestionControl = Objects.requireNonNull(congestionControl, "congestionControl");
        return this;
    }

    /**
     * The application protocol that both sides must agree on (ALPN, RFC 7301). Default: {@code np-quic}, that of the Go
     * package NodePassProject/quic.
     *
     * @param alpn 1 to 255 visible ASCII characters
     * @return this
     */
    public ServerPoolConfigBuilder alpn(String alpn) {
        this.alpn = Objects.requireNonNull(alpn, "alpn");
        return this;
    }

    /**
     * The QUIC engine. Default: {@code kwik}.
     *
     * @param transport the name of an engine that is on the class path
     * @return this
     */
    public ServerPoolConfigBuilder transport(String transport) {
        this.transport = Objects.requireNonNull(transport, "transport");
        return this;
    }

    /**
     * Checks the settings.
     *
     * @return the settings, immutable
     * @throws ConfigException when a setting is missing or cannot be used; says which, of which pool, and what is allowed
     */
    public ServerPoolConfig build() {
        try {
            return checked();
        } catch (ConfigException e) {
            throw e.inPool(PoolLabel.server(name));
        }
    }

    private ServerPoolConfig checked() {
        // Before what must not be missing: who lacks that too hears of the rest first.
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
