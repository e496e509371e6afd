package io.quicpool.config;

import static io.quicpool.config.PoolOption.Use.COMPONENT;
import static io.quicpool.config.PoolOption.Use.FILES;
import static io.quicpool.config.ValueType.alpn;
import static io.quicpool.config.ValueType.any;
import static io.quicpool.config.ValueType.choice;
import static io.quicpool.config.ValueType.count;
import static io.quicpool.config.ValueType.duration;
import static io.quicpool.config.ValueType.durationOrZero;
import static io.quicpool.config.ValueType.engine;
import static io.quicpool.config.ValueType.flag;
import static io.quicpool.config.ValueType.host;
import static io.quicpool.config.ValueType.integer;
import static io.quicpool.config.ValueType.list;
import static io.quicpool.config.ValueType.text;
import static io.quicpool.config.ValueType.zone;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The table of all options of pools. Builders, properties, checks, docs/configuration.md and the peer tool follow from it. A new
 * option is a row here, and code that asks a {@link PoolConfig} for its value.
 *
 * <p>As a property it is {@code quicpool.client."NAME".KEY} for one pool, and {@code quicpool.client.KEY} for all pools of that kind
 * that do not set their own. {@code quicpool.server} works the same way. Some can be set for all pools of both kinds, by
 * {@code quicpool.KEY}.
 */
public final class PoolOptions {

    /** Maximum number of streams of one connection. */
    static final int MAX_STREAMS = 1 << 20;

    private static final Set<PoolKind> CLIENT = Set.of(PoolKind.CLIENT);
    private static final Set<PoolKind> SERVER = Set.of(PoolKind.SERVER);
    private static final Set<PoolKind> BOTH = Set.of(PoolKind.values());
    private static final OptionRows ROWS = new OptionRows();

    public static final PoolOption<Boolean> ENABLED =
            of(BOTH, "enabled").values(flag()).usedBy(COMPONENT).orElse("true").meaning("Whether the pool is created.");

    public static final PoolOption<TargetSpec> TARGET = of(CLIENT, "target")
            .values(any(TargetSpec::parse, TargetSpec::toString, "HOST:PORT, HOST:PORT@ZONE, ... or SCHEME://NAME"))
            .meaning(
                    "The address of the peer. Several, separated by commas, make one member pool each. The pool looks a "
                            + "name up at each connect. `server:NAME` is a server pool of the same application, whichever "
                            + "port it has. See docs/targets.md for zones and sources.");

    public static final PoolOption<Endpoint> LISTEN = of(SERVER, "listen")
            .values(any(Endpoint::parse, Endpoint::toString, "HOST:PORT"))
            .meaning("The address to listen on. With port 0 the system chooses the port.");

    public static final PoolOption<Integer> MIN_CAPACITY = of(CLIENT, "min-capacity")
            .values(count(1, CapacityBounds.LIMIT).shownAs("1 to max-capacity"))
            .changeable()
            .orElse("8")
            .meaning("Minimum number of idle streams to aim for, for each target.");

    public static final PoolOption<Integer> MAX_CAPACITY = of(BOTH, "max-capacity")
            .values(count(1, CapacityBounds.LIMIT))
            .changeable()
            .orElseByKind("64", "1024")
            .meaning(
                    "Maximum number of idle streams: to aim for, for each target (client), or to hold, over all clients "
                            + "(server).");

    public static final PoolOption<Integer> MAX_IN_USE = of(CLIENT, "max-in-use")
            .values(count(0, MAX_STREAMS))
            .orElse("0")
            .meaning(
                    "Maximum number of streams in use, for each target, 0 for no limit. Further callers wait until one ends.");

    // A waiter costs about 300 bytes. More waiters than the default are hardly ever served in time.
    public static final PoolOption<Integer> MAX_WAITING = of(BOTH, "max-waiting")
            .values(count(1, 1_000_000))
            .orElse("10000")
            .meaning("Maximum number of callers that wait for a stream, for each target (client). Further callers are "
                    + "refused at once.");

    public static final PoolOption<Duration> MIN_INTERVAL = of(CLIENT, "min-interval")
            .values(duration(IntervalBounds.MIN_INTERVAL, IntervalBounds.MAX_INTERVAL)
                    .shownAs("10ms to max-interval"))
            .changeable()
            .orElse("500ms")
            .meaning("Shortest time between two regular size checks.");

    public static final PoolOption<Duration> MAX_INTERVAL = of(CLIENT, "max-interval")
            .values(duration(IntervalBounds.MIN_INTERVAL, IntervalBounds.MAX_INTERVAL))
            .changeable()
            .orElse("5s")
            .meaning("Longest time between two regular size checks.");

    public static final PoolOption<Duration> MAX_IDLE_TIME = of(CLIENT, "max-idle-time")
            .values(duration("0s", "24h"))
            .orElse("0s")
            .meaning(
                    "How long a stream may be idle before another one replaces it, 0s for no limit. Some are replaced up to "
                            + "a tenth earlier, so that not all are at once. A peer that takes one at that moment finds it "
                            + "reset. `Evicted` counts them as surplus.");

    // kwik's idle timer counts whole seconds, so an idle time-out below 2 s would be inexact.
    public static final PoolOption<Duration> KEEP_ALIVE = of(BOTH, "keep-alive")
            .values(duration("700ms", "10m"))
            .orElse("10s")
            .meaning("How often a client pings its peer. A peer that is silent for three times as long is lost.");

    public static final PoolOption<Duration> CONNECT_TIMEOUT = of(CLIENT, "connect-timeout")
            .values(duration("100ms", "10m"))
            .orElse("5s")
            .meaning("Maximum time for one attempt to connect.");

    public static final PoolOption<Duration> ID_TIMEOUT = of(CLIENT, "id-timeout")
            .values(duration("100ms", "10m"))
            .orElse("10s")
            .meaning("Maximum time that a new stream waits for its id.");

    public static final PoolOption<Duration> HELLO_TIMEOUT = of(SERVER, "hello-timeout")
            .values(duration("100ms", "10m"))
            .orElse("10s")
            .meaning("Maximum time that a new stream waits for its hello.");

    public static final PoolOption<Integer> MAX_STREAMS_PER_CONNECTION = of(SERVER, "max-streams-per-connection")
            .values(integer("0, or max-capacity to " + MAX_STREAMS))
            .orElse("0")
            .meaning(
                    "Maximum number of streams that one client may have open, idle and in use. 0 leaves the choice to the "
                            + "engine.");

    public static final PoolOption<Integer> MAX_CONNECTIONS = of(SERVER, "max-connections")
            .values(count(1, 65_536))
            .orElse("256")
            .meaning("Maximum number of connected clients.");

    public static final PoolOption<Integer> MAX_PENDING_HELLOS = of(SERVER, "max-pending-hellos")
            .values(count(1, 65_536))
            .orElse("1024")
            .meaning(
                    "Maximum number of open streams without a hello, over all clients. One client may have half of them.");

    public static final PoolOption<Integer> MAX_PENDING_HANDSHAKES = of(SERVER, "max-pending-handshakes")
            .values(count(1, 65_536))
            .orElse("128")
            .meaning("Maximum number of handshakes under way. Further clients get no answer and try again.");

    public static final PoolOption<Integer> MAX_HANDLERS = of(SERVER, "max-handlers")
            .values(count(1, 65_536))
            .orElse("256")
            .meaning(
                    "Maximum number of handlers that run at a time, over all clients. One client may have half of them, "
                            + "fewer when other clients have some.");

    public static final PoolOption<Integer> HANDLER_QUEUE = of(SERVER, "handler-queue")
            .values(count(0, 65_536))
            .orElse("2048")
            .meaning("Maximum number of streams with data that wait for a handler, shared among the clients like "
                    + "max-handlers. Further streams are reset.");

    public static final PoolOption<Duration> READ_TIMEOUT = of(BOTH, "read-timeout")
            .values(duration("0s", "24h"))
            .forAllPools()
            .orElse("30s")
            .meaning(
                    "Maximum time that one read of a stream waits for its first byte, 0s for no limit. The readTimeout of "
                            + "a stream takes precedence.");

    public static final PoolOption<Duration> WRITE_TIMEOUT = of(BOTH, "write-timeout")
            .values(duration("0s", "24h"))
            .forAllPools()
            .orElse("30s")
            .meaning(
                    "Maximum time that one write of a stream waits for a peer that does not read, 0s for no limit. The "
                            + "writeTimeout of a stream takes precedence.");

    public static final PoolOption<Duration> LEAK_DETECTION_THRESHOLD = of(BOTH, "leak-detection-threshold")
            .values(durationOrZero("1s", "24h"))
            .forAllPools()
            .orElse("0s")
            .meaning(
                    "How long a stream may be in use before it is logged as leaked, with the line that took it, 0s for never.");

    public static final PoolOption<Integer> MAX_REQUEST_BYTES = of(BOTH, "max-request-bytes")
            .values(count(1, 1 << 30))
            .orElse("1048576")
            .meaning(
                    "Maximum size of a whole request that a handler gets (server), or of the answer to a request (client), "
                            + "in bytes. Larger ones fail. Each side limits only what it receives.");

    public static final PoolOption<Boolean> ADDRESS_VALIDATION = of(SERVER, "address-validation")
            .values(flag())
            .orElse("false")
            .meaning("Whether a client must first prove that it owns its address (Retry, RFC 9000, section 8.1.2).");

    public static final PoolOption<List<AddressRange>> CLIENT_IP = of(SERVER, "client-ip")
            .values(list(AddressRange::parse, "address or CIDR range, ..."))
            .orElse(List.of(), "every client")
            .meaning("The clients that may connect, separated by commas, such as 10.0.0.0/8, ::1.");

    public static final PoolOption<TlsMode> TLS_MODE = of(CLIENT, "tls-mode")
            .values(any(
                    (key, text) -> TlsMode.parse(text),
                    TlsMode::text,
                    "2 or verified, 1 or self-signed, 0 or insecure"))
            .orElse("verified")
            .meaning(
                    "How the client checks the server's certificate: by issuer and host name, by its fingerprint, or not "
                            + "at all.");

    public static final PoolOption<String> HOSTNAME = of(CLIENT, "hostname")
            .values(host())
            .orNone("the target's host")
            .meaning("The server name that the client sends. In mode verified the certificate must have this name.");

    public static final PoolOption<Fingerprint> FINGERPRINT = of(CLIENT, "fingerprint")
            .values(any(Fingerprint::parse, Fingerprint::toString, "64 hex digits, colons allowed"))
            .orNone("that of the first connect")
            .meaning("SHA-256 fingerprint of the only certificate that is accepted in mode self-signed.");

    public static final PoolOption<ClientAuth> CLIENT_AUTH = of(SERVER, "client-auth")
            .values(choice(ClientAuth.class))
            .orElse("none")
            .meaning(
                    "Whether the server asks clients for a certificate of an issuer in trust-store or trust-certificates. "
                            + "Needs an engine that can ask, such as netty.");

    public static final PoolOption<String> TRUST_STORE = of(BOTH, "trust-store")
            .values(text("file"))
            .usedBy(FILES)
            .orNone("the JDK's (client), none (server)")
            .meaning("A key store with the trusted issuers: of servers in mode verified (client), of clients with "
                    + "client-auth (server).");

    public static final PoolOption<String> TRUST_STORE_TYPE = of(BOTH, "trust-store-type")
            .values(text("PKCS12, JKS, ..."))
            .usedBy(FILES)
            .orElse("PKCS12")
            .meaning("The type of trust-store.");

    public static final PoolOption<String> TRUST_STORE_PASSWORD = of(BOTH, "trust-store-password")
            .values(text("secret"))
            .usedBy(FILES)
            .secret()
            .orNone("none")
            .meaning("The password of trust-store.");

    public static final PoolOption<String> TRUST_CERTIFICATES = of(BOTH, "trust-certificates")
            .values(text("PEM file"))
            .usedBy(FILES)
            .orNone("the JDK's (client), none (server)")
            .meaning("The trusted issuers as PEM, instead of trust-store.");

    public static final PoolOption<String> KEY_STORE = of(BOTH, "key-store")
            .values(text("file"))
            .usedBy(FILES)
            .changeable()
            .orNone("none")
            .meaning("A key store with the private key and its certificates. A server needs it, or certificate and "
                    + "private-key. A client presents its certificate when the server asks for one.");

    public static final PoolOption<String> KEY_STORE_TYPE = of(BOTH, "key-store-type")
            .values(text("PKCS12, JKS, ..."))
            .usedBy(FILES)
            .orElse("PKCS12")
            .meaning("The type of key-store.");

    public static final PoolOption<String> KEY_STORE_PASSWORD = of(BOTH, "key-store-password")
            .values(text("secret"))
            .usedBy(FILES)
            .secret()
            .orNone("none")
            .meaning("The password of key-store and of its key.");

    public static final PoolOption<String> KEY_ALIAS = of(BOTH, "key-alias")
            .values(text("name"))
            .usedBy(FILES)
            .orNone("the only key")
            .meaning("The entry of key-store to use.");

    public static final PoolOption<String> CERTIFICATE = of(BOTH, "certificate")
            .values(text("PEM file"))
            .usedBy(FILES)
            .changeable()
            .orNone("none")
            .meaning("The certificate, followed by those of its issuers, instead of key-store.");

    public static final PoolOption<String> PRIVATE_KEY = of(BOTH, "private-key")
            .values(text("PEM file"))
            .usedBy(FILES)
            .changeable()
            .orNone("none")
            .meaning("The private key of certificate, as PKCS#8 without encryption. May be in the same file.");

    public static final PoolOption<String> ALPN = of(BOTH, "alpn")
            .values(alpn())
            .orElse("np-quic")
            .meaning("The application protocol. Both sides must have the same.");

    public static final PoolOption<String> TRANSPORT = of(BOTH, "transport")
            .values(engine())
            .forAllPools()
            .orElse("auto")
            .meaning(
                    "The QUIC engine. auto: netty if the jar quicpool-netty is there and has a native library for the platform, "
                            + "else kwik.");

    public static final PoolOption<Integer> STREAMS_PER_CONNECTION = of(CLIENT, "streams-per-connection")
            .values(count(0, MAX_STREAMS).shownAs("1 to 1048576, 0 for the engine's"))
            .orElse(0, "0: all on one (kwik), 64 (netty)")
            .meaning("How many streams one connection carries before the pool opens another.");

    public static final PoolOption<CongestionControl> CONGESTION_CONTROL = of(BOTH, "congestion-control")
            .values(choice(CongestionControl.class))
            .orNone("the engine's")
            .meaning("The algorithm that this side uses for congestion control. Cannot be set over kwik.");

    public static final PoolOption<Duration> DRAIN_TIMEOUT = of(BOTH, "drain-timeout")
            .values(duration("0s", "1h"))
            .orElse("10s")
            .meaning("How long streams in use may continue when the application stops, or when their target is gone.");

    public static final PoolOption<HandlerExecutor> HANDLER_EXECUTOR = of(SERVER, "handler-executor")
            .values(choice(HandlerExecutor.class))
            .orElse("pool")
            .meaning(
                    "Where handlers run: on threads of the pool, on the container's managed executor if there is one, or "
                            + "on virtual threads (Java 21 or later).");

    public static final PoolOption<Boolean> READINESS_ENABLED = of(BOTH, "readiness.enabled")
            .values(flag())
            .usedBy(COMPONENT)
            .orElse("true")
            .meaning("Whether the readiness check is DOWN while the pool is not ready.");

    public static final PoolOption<Duration> READINESS_GRACE = of(BOTH, "readiness.grace")
            .values(duration("0s", "1h"))
            .usedBy(COMPONENT)
            .orElse("5s")
            .meaning("How long a pool that was ready and no longer is still counts as ready for the readiness check.");

    public static final PoolOption<Boolean> JMX_ENABLED = of(BOTH, "jmx.enabled")
            .values(flag())
            .usedBy(COMPONENT)
            .orElse("true")
            .meaning("Whether the pool has an MXBean.");

    public static final PoolOption<ResolveMode> RESOLVE = of(CLIENT, "resolve")
            .values(choice(ResolveMode.class))
            .orElse("first")
            .meaning(
                    "Whether a host name is one target, whose addresses are tried in order, or each of its addresses is one.");

    public static final PoolOption<Duration> RESOLVE_INTERVAL = of(CLIENT, "resolve-interval")
            .values(duration("100ms", "1h"))
            .orElse("30s")
            .meaning("How often names are looked up again with resolve=all, and how often a source is asked.");

    public static final PoolOption<String> ZONE = of(CLIENT, "zone")
            .values(zone())
            .orNone("none: all targets are the same")
            .meaning(
                    "The zone that this application is in. Callers get streams of targets in it, while at least half of those are "
                            + "ready.");

    public static final PoolOption<Integer> EJECT_AFTER = of(CLIENT, "eject-after")
            .values(count(0, 1000))
            .orElse("5")
            .meaning(
                    "How many failures in a row eject one of several targets: callers then get no stream of it for a while. 0 for "
                            + "never.");

    public static final PoolOption<Duration> EJECT_TIME = of(CLIENT, "eject-time")
            .values(duration("100ms", "1h"))
            .orElse("30s")
            .meaning("How long a target is ejected, times how often it was lately, up to 5m.");

    public static final PoolOption<Integer> EJECT_MAX_PERCENT = of(CLIENT, "eject-max-percent")
            .values(count(0, 100))
            .orElse("50")
            .meaning("How many of all targets may be ejected at a time. One always may, the last one never.");

    private PoolOptions() {}

    private static OptionRows.Row of(Set<PoolKind> kinds, String key) {
        return ROWS.row(kinds, key);
    }

    /** All options, in the order of the table. */
    public static List<PoolOption<?>> all() {
        return ROWS.all();
    }
}
