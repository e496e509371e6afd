package io.quicpool.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builds the settings of a server pool. Each method describes a setting and its default. Not thread-safe. */
public final class ServerPoolConfigBuilder extends PoolConfigBuilder<ServerPoolConfigBuilder> {

    @Nullable KeyMaterial certificate;

    @Nullable TrustMaterial clientTrust;

    ServerPoolConfigBuilder() {
        super(PoolKind.SERVER);
    }

    @Override
    ServerPoolConfigBuilder self() {
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
        return option(PoolOptions.LISTEN, listen);
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
        return option(PoolOptions.MAX_CAPACITY, maxCapacity);
    }

    /**
     * Allows clients of this address or range. Can be called several times. Default: every client is allowed.
     *
     * @param addressOrRange an IP address or a CIDR range
     * @throws ConfigException when the text is neither
     */
    public ServerPoolConfigBuilder allowClient(String addressOrRange) {
        List<AddressRange> ranges = new ArrayList<>(require(PoolOptions.CLIENT_IP));
        ranges.add(AddressRange.parse("client-ip", addressOrRange));
        return allowedClients(ranges);
    }

    /**
     * The clients that may connect. Replaces all earlier ranges.
     *
     * @param ranges empty for every client
     */
    public ServerPoolConfigBuilder allowedClients(List<AddressRange> ranges) {
        return option(PoolOptions.CLIENT_IP, List.copyOf(ranges));
    }

    /**
     * A third of the idle time-out. A client that is silent for the idle time-out is lost. Default: 10 s.
     *
     * @param keepAlive from 700 ms to 10 min
     */
    public ServerPoolConfigBuilder keepAlive(Duration keepAlive) {
        return option(PoolOptions.KEEP_ALIVE, keepAlive);
    }

    /**
     * How long a new stream may wait for its hello. Default: 10 s.
     *
     * @param helloTimeout from 100 ms to 10 min
     */
    public ServerPoolConfigBuilder helloTimeout(Duration helloTimeout) {
        return option(PoolOptions.HELLO_TIMEOUT, helloTimeout);
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
        return option(PoolOptions.MAX_STREAMS_PER_CONNECTION, maxStreamsPerConnection);
    }

    /**
     * Maximum number of connected clients. Default: 256.
     *
     * @param maxConnections from 1 to 65,536
     */
    public ServerPoolConfigBuilder maxConnections(int maxConnections) {
        return option(PoolOptions.MAX_CONNECTIONS, maxConnections);
    }

    /**
     * Maximum number of open streams without a hello, over all clients. Further streams are refused. One client may have half of
     * them. Default: 1,024.
     *
     * @param maxPendingHellos from 1 to 65,536
     */
    public ServerPoolConfigBuilder maxPendingHellos(int maxPendingHellos) {
        return option(PoolOptions.MAX_PENDING_HELLOS, maxPendingHellos);
    }

    /**
     * Maximum number of handshakes under way. Each may take up to 10 s, or 2 s while the limit is reached. Further clients get
     * no answer and try again. This bounds the threads and the memory for clients that start a handshake and vanish. Default:
     * 128.
     *
     * @param maxPendingHandshakes from 1 to 65,536
     */
    public ServerPoolConfigBuilder maxPendingHandshakes(int maxPendingHandshakes) {
        return option(PoolOptions.MAX_PENDING_HANDSHAKES, maxPendingHandshakes);
    }

    /**
     * Maximum number of handlers that run at a time; see {@link io.quicpool.ServerPool#serve}. They are shared among the clients,
     * see {@link HandlerConfig}. Default: 256.
     *
     * @param maxHandlers from 1 to 65,536
     */
    public ServerPoolConfigBuilder maxHandlers(int maxHandlers) {
        return option(PoolOptions.MAX_HANDLERS, maxHandlers);
    }

    /**
     * Maximum number of streams with data that wait for a handler, shared like {@link #maxHandlers}. Further streams are reset with
     * {@link io.quicpool.StreamErrors#HANDLER_BUSY}. Default: 2,048.
     *
     * @param handlerQueue from 0 to 65,536
     */
    public ServerPoolConfigBuilder handlerQueue(int handlerQueue) {
        return option(PoolOptions.HANDLER_QUEUE, handlerQueue);
    }

    /**
     * Where handlers run that are given without an executor. Default: {@link HandlerExecutor#POOL}. Only the component looks for
     * the executor of the container. Without the component {@link HandlerExecutor#CONTAINER} is the same as {@code POOL}.
     *
     * @param handlerExecutor which; {@link HandlerExecutor#VIRTUAL} needs Java 21 or later
     */
    public ServerPoolConfigBuilder handlerExecutor(HandlerExecutor handlerExecutor) {
        return option(PoolOptions.HANDLER_EXECUTOR, handlerExecutor);
    }

    /**
     * Whether a client must first prove that it owns its address (Retry, RFC 9000, section 8.1.2). This keeps out clients with
     * forged addresses, and costs one round trip for each connection. Default: false.
     *
     * @param addressValidation true to use Retry
     */
    public ServerPoolConfigBuilder addressValidation(boolean addressValidation) {
        return option(PoolOptions.ADDRESS_VALIDATION, addressValidation);
    }

    /**
     * Whether clients are asked for a certificate. Needs {@link #clientTrust}, and an engine that can ask: {@code netty} can,
     * {@code kwik} cannot. Default: none.
     *
     * @param clientAuth none, want or need
     */
    public ServerPoolConfigBuilder clientAuth(ClientAuth clientAuth) {
        return option(PoolOptions.CLIENT_AUTH, clientAuth);
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
     * Checks the settings.
     *
     * @return the settings, immutable
     * @throws ConfigException when a setting is missing or cannot be used; names the setting, the pool and what is allowed
     */
    public ServerPoolConfig build() {
        try {
            return new ServerPoolConfig(this);
        } catch (ConfigException e) {
            throw e.inPool(PoolLabel.server(name));
        }
    }
}
