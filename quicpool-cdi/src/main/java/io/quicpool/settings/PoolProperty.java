package io.quicpool.settings;

import static io.quicpool.settings.PoolKind.CLIENT;
import static io.quicpool.settings.PoolKind.SERVER;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every property of a pool. Where it is written: {@code quicpool.client."NAME".KEY} for one pool,
 * {@code quicpool.client.KEY} for all of that kind that do not say otherwise; {@code quicpool.server} alike. Some can be set for
 * all pools of both kinds, by {@code quicpool.KEY}.
 */
public enum PoolProperty {
    /** Whether there is such a pool. */
    ENABLED("enabled", both(), "true, false", "true", "Whether the pool is created."),
    /** Whom to connect to. */
    TARGET(
            "target",
            only(CLIENT),
            "HOST:PORT, ...",
            "(required)",
            "The address of the peer. Several, separated by commas, make one member pool each. The pool looks a name "
                    + "up at each connect. `server:NAME` is a server pool of the same application, whichever port it has."),
    /** Where to listen. */
    LISTEN(
            "listen",
            only(SERVER),
            "HOST:PORT",
            "(required)",
            "The address to listen on. With port 0 the system chooses the port."),
    /** The least capacity. */
    MIN_CAPACITY(
            "min-capacity",
            only(CLIENT),
            "1 to max-capacity",
            "8",
            "Minimum number of idle streams to aim for, for each target."),
    /** The largest capacity. */
    MAX_CAPACITY(
            "max-capacity",
            both(),
            "1 to 65536",
            "64 (client), 1024 (server)",
            "Maximum number of idle streams: to aim for, for each target (client), or to hold, over all clients (server)."),
    /** How many callers may wait. */
    MAX_WAITING(
            "max-waiting",
            both(),
            "1 to 1000000",
            "10000",
            "Maximum number of callers that wait for a stream, for each target (client). Further callers are refused at once."),
    /** The shortest interval. */
    MIN_INTERVAL(
            "min-interval",
            only(CLIENT),
            "10ms to max-interval",
            "500ms",
            "Shortest time between two regular size checks."),
    /** The longest interval. */
    MAX_INTERVAL("max-interval", only(CLIENT), "up to 1h", "5s", "Longest time between two regular size checks."),
    /** The keep-alive period. */
    KEEP_ALIVE(
            "keep-alive",
            both(),
            "700ms to 10m",
            "10s",
            "How often a client pings its peer. A peer that is silent for three times as long is lost."),
    /** How long connecting may take. */
    CONNECT_TIMEOUT("connect-timeout", only(CLIENT), "100ms to 10m", "5s", "Maximum time for one attempt to connect."),
    /** How long an id may take. */
    ID_TIMEOUT("id-timeout", only(CLIENT), "100ms to 10m", "10s", "Maximum time that a new stream waits for its id."),
    /** How long a hello may take. */
    HELLO_TIMEOUT(
            "hello-timeout",
            only(SERVER),
            "100ms to 10m",
            "10s",
            "Maximum time that a new stream waits for its hello."),
    /** The stream credit of a client. */
    MAX_STREAMS_PER_CONNECTION(
            "max-streams-per-connection",
            only(SERVER),
            "0, or max-capacity to 1048576",
            "0",
            "Maximum number of streams that one client may have open, idle and in use. 0 leaves the choice to the engine."),
    /** How many clients there may be. */
    MAX_CONNECTIONS("max-connections", only(SERVER), "1 to 65536", "256", "Maximum number of connected clients."),
    /** How many streams may be without hello. */
    MAX_PENDING_HELLOS(
            "max-pending-hellos",
            only(SERVER),
            "1 to 65536",
            "1024",
            "Maximum number of open streams without a hello, over all clients. One client may have half of them."),
    /** How many clients may be connecting. */
    MAX_PENDING_HANDSHAKES(
            "max-pending-handshakes",
            only(SERVER),
            "1 to 65536",
            "128",
            "Maximum number of handshakes under way. Further clients get no answer and try again."),
    /** How many handlers run at a time. */
    MAX_HANDLERS(
            "max-handlers",
            only(SERVER),
            "1 to 65536",
            "256",
            "Maximum number of handlers that run at a time, over all clients. One client may have half of them, fewer "
                    + "when other clients have some."),
    /** How many streams wait for a handler. */
    HANDLER_QUEUE(
            "handler-queue",
            only(SERVER),
            "0 to 65536",
            "2048",
            "Maximum number of streams with data that wait for a handler, shared among the clients like max-handlers. "
                    + "Further streams are reset."),
    /** How long a read may wait. */
    READ_TIMEOUT(
            "read-timeout",
            both(),
            "0s to 24h",
            "30s",
            "Maximum time that one read of a stream waits for its first byte, 0s for no limit. The readTimeout of a "
                    + "stream takes precedence. quicpool.read-timeout sets it for all pools of both kinds."),
    /** How long a write may wait. */
    WRITE_TIMEOUT(
            "write-timeout",
            both(),
            "0s to 24h",
            "30s",
            "Maximum time that one write of a stream waits for a peer that does not read, 0s for no limit. The "
                    + "writeTimeout of a stream takes precedence. quicpool.write-timeout sets it for all pools of both kinds."),
    /** Whether Retry is used. */
    ADDRESS_VALIDATION(
            "address-validation",
            only(SERVER),
            "true, false",
            "false",
            "Whether a client must first prove that it owns its address (Retry, RFC 9000, section 8.1.2)."),
    /** Who may connect. */
    CLIENT_IP(
            "client-ip",
            only(SERVER),
            "address or CIDR range, ...",
            "every client",
            "The clients that may connect, separated by commas, such as 10.0.0.0/8, ::1."),
    /** How the server is checked. */
    TLS_MODE(
            "tls-mode",
            only(CLIENT),
            "2 or verified, 1 or self-signed, 0 or insecure",
            "verified",
            "How the client checks the server's certificate: by issuer and host name, by its fingerprint, or not at all."),
    /** The name in the certificate. */
    HOSTNAME(
            "hostname",
            only(CLIENT),
            "name or IP address",
            "the target's host",
            "The server name that the client sends. In mode verified the certificate must have this name."),
    /** The pinned certificate. */
    FINGERPRINT(
            "fingerprint",
            only(CLIENT),
            "64 hex digits, colons allowed",
            "that of the first connect",
            "SHA-256 fingerprint of the only certificate that is accepted in mode self-signed."),
    /** Whether clients are asked for a certificate. */
    CLIENT_AUTH(
            "client-auth",
            only(SERVER),
            "none, want, need",
            "none",
            "Whether the server asks clients for a certificate of an issuer in trust-store or trust-certificates. "
                    + "Needs an engine that can ask, such as netty."),
    /** A store of issuers. */
    TRUST_STORE(
            "trust-store",
            both(),
            "file",
            "the JDK's (client), none (server)",
            "A key store with the trusted issuers: of servers in mode verified (client), of clients with client-auth "
                    + "(server)."),
    /** Its type. */
    TRUST_STORE_TYPE("trust-store-type", both(), "PKCS12, JKS, ...", "PKCS12", "The type of trust-store."),
    /** Its password. */
    TRUST_STORE_PASSWORD("trust-store-password", both(), "secret", "none", "The password of trust-store."),
    /** Issuers as PEM. */
    TRUST_CERTIFICATES(
            "trust-certificates",
            both(),
            "PEM file",
            "the JDK's (client), none (server)",
            "The trusted issuers as PEM, instead of trust-store."),
    /** A store with key and certificate. */
    KEY_STORE(
            "key-store",
            both(),
            "file",
            "none",
            "A key store with the private key and its certificates. A server needs it, or certificate and private-key. "
                    + "A client presents its certificate when the server asks for one."),
    /** Its type. */
    KEY_STORE_TYPE("key-store-type", both(), "PKCS12, JKS, ...", "PKCS12", "The type of key-store."),
    /** Its password. */
    KEY_STORE_PASSWORD("key-store-password", both(), "secret", "none", "The password of key-store and of its key."),
    /** Which entry. */
    KEY_ALIAS("key-alias", both(), "name", "the only key", "The entry of key-store to use."),
    /** Certificates as PEM. */
    CERTIFICATE(
            "certificate",
            both(),
            "PEM file",
            "none",
            "The certificate, followed by those of its issuers, instead of key-store."),
    /** The key as PEM. */
    PRIVATE_KEY(
            "private-key",
            both(),
            "PEM file",
            "none",
            "The private key of certificate, as PKCS#8 without encryption. May be in the same file."),
    /** The application protocol. */
    ALPN(
            "alpn",
            both(),
            "1 to 255 visible ASCII characters",
            "np-quic",
            "The application protocol. Both sides must have the same."),
    /** The engine. */
    TRANSPORT(
            "transport",
            both(),
            "kwik, netty",
            "kwik",
            "The QUIC engine. netty needs additional dependencies. quicpool.transport sets it for all pools of both kinds."),
    /** How a pool is spread. */
    STREAMS_PER_CONNECTION(
            "streams-per-connection",
            only(CLIENT),
            "1 to 1048576, 0 for the engine's",
            "0: all on one (kwik), 64 (netty)",
            "How many streams one connection carries before the pool opens another."),
    /** What the sender does about loss. */
    CONGESTION_CONTROL(
            "congestion-control",
            both(),
            "cubic, reno, bbr",
            "the engine's",
            "The algorithm that this side uses for congestion control. Cannot be set over kwik."),
    /** How long streams in use live on. */
    DRAIN_TIMEOUT(
            "drain-timeout",
            both(),
            "0s to 1h",
            "10s",
            "How long streams in use may continue when the application stops."),
    /** Where a handler runs. */
    HANDLER_EXECUTOR(
            "handler-executor",
            only(SERVER),
            "pool, container, virtual",
            "pool",
            "Where handlers run: on threads of the pool, on the container's managed executor if there is one, or on "
                    + "virtual threads (Java 21 or later)."),
    /** Whether readiness depends on it. */
    READINESS_ENABLED(
            "readiness.enabled",
            both(),
            "true, false",
            "true",
            "Whether the readiness check is DOWN while the pool is not ready."),
    /** How long a loss is tolerated. */
    READINESS_GRACE(
            "readiness.grace",
            both(),
            "0s to 1h",
            "5s",
            "How long a pool that was ready and no longer is still counts as ready for the readiness check."),
    /** Whether it has an MXBean. */
    JMX_ENABLED("jmx.enabled", both(), "true, false", "true", "Whether the pool has an MXBean.");

    private final String key;
    private final @Nullable PoolKind only;
    private final String allowed;
    private final String otherwise;
    private final String meaning;

    PoolProperty(String key, @Nullable PoolKind only, String allowed, String otherwise, String meaning) {
        this.key = key;
        this.only = only;
        this.allowed = allowed;
        this.otherwise = otherwise;
        this.meaning = meaning;
    }

    private static @Nullable PoolKind both() {
        return null;
    }

    private static PoolKind only(PoolKind kind) {
        return kind;
    }

    /**
     * The last part of the property.
     *
     * @return such as {@code min-capacity}
     */
    public String key() {
        return key;
    }

    /**
     * Whether pools of a kind have it.
     *
     * @param kind the kind
     * @return whether they do
     */
    public boolean isOf(PoolKind kind) {
        return only == null || only == kind;
    }

    /**
     * What may be written.
     *
     * @return a text for people
     */
    public String allowed() {
        return allowed;
    }

    /**
     * What holds when it is not set.
     *
     * @return a text for people
     */
    public String otherwise() {
        return otherwise;
    }

    /**
     * What it means.
     *
     * @return a sentence for people
     */
    public String meaning() {
        return meaning;
    }

    /** Whether {@code quicpool.KEY} sets it for all pools of both kinds that do not say otherwise. */
    boolean ofAllPools() {
        return this == TRANSPORT || this == READ_TIMEOUT || this == WRITE_TIMEOUT;
    }

    /** Whether its value must never be shown. */
    boolean secret() {
        return this == KEY_STORE_PASSWORD || this == TRUST_STORE_PASSWORD;
    }

    static List<PoolProperty> of(PoolKind kind) {
        return Arrays.stream(values()).filter(each -> each.isOf(kind)).toList();
    }

    /** The properties that can be set for all pools of both kinds, as they are written then. */
    static List<String> ofAllPools(String prefix) {
        return Arrays.stream(values())
                .filter(PoolProperty::ofAllPools)
                .map(each -> prefix + each.key)
                .toList();
    }

    static @Nullable PoolProperty named(PoolKind kind, String key) {
        for (PoolProperty each : of(kind)) {
            if (each.key.equals(key)) {
                return each;
            }
        }
        return null;
    }
}
