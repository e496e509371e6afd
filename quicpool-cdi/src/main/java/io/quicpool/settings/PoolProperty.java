package io.quicpool.settings;

import static io.quicpool.settings.PoolKind.CLIENT;
import static io.quicpool.settings.PoolKind.SERVER;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every property of a pool. Where it is written: {@code quicpool.client."NAME".KEY} for one pool,
 * {@code quicpool.client.KEY} for all pools of that kind that do not set their own. {@code quicpool.server} works the same way. Some
 * properties can be set for all pools of both kinds, by {@code quicpool.KEY}.
 */
public enum PoolProperty {
    ENABLED("enabled", both(), "true, false", "true", "Whether the pool is created."),
    TARGET(
            "target",
            only(CLIENT),
            "HOST:PORT, ...",
            "(required)",
            "The address of the peer. Several, separated by commas, make one member pool each. The pool looks a name "
                    + "up at each connect. `server:NAME` is a server pool of the same application, whichever port it has."),
    LISTEN(
            "listen",
            only(SERVER),
            "HOST:PORT",
            "(required)",
            "The address to listen on. With port 0 the system chooses the port."),
    MIN_CAPACITY(
            "min-capacity",
            only(CLIENT),
            "1 to max-capacity",
            "8",
            "Minimum number of idle streams to aim for, for each target."),
    MAX_CAPACITY(
            "max-capacity",
            both(),
            "1 to 65536",
            "64 (client), 1024 (server)",
            "Maximum number of idle streams: to aim for, for each target (client), or to hold, over all clients (server)."),
    MAX_WAITING(
            "max-waiting",
            both(),
            "1 to 1000000",
            "10000",
            "Maximum number of callers that wait for a stream, for each target (client). Further callers are refused at once."),
    MIN_INTERVAL(
            "min-interval",
            only(CLIENT),
            "10ms to max-interval",
            "500ms",
            "Shortest time between two regular size checks."),
    MAX_INTERVAL("max-interval", only(CLIENT), "up to 1h", "5s", "Longest time between two regular size checks."),
    KEEP_ALIVE(
            "keep-alive",
            both(),
            "700ms to 10m",
            "10s",
            "How often a client pings its peer. A peer that is silent for three times as long is lost."),
    CONNECT_TIMEOUT("connect-timeout", only(CLIENT), "100ms to 10m", "5s", "Maximum time for one attempt to connect."),
    ID_TIMEOUT("id-timeout", only(CLIENT), "100ms to 10m", "10s", "Maximum time that a new stream waits for its id."),
    HELLO_TIMEOUT(
            "hello-timeout",
            only(SERVER),
            "100ms to 10m",
            "10s",
            "Maximum time that a new stream waits for its hello."),
    MAX_STREAMS_PER_CONNECTION(
            "max-streams-per-connection",
            only(SERVER),
            "0, or max-capacity to 1048576",
            "0",
            "Maximum number of streams that one client may have open, idle and in use. 0 leaves the choice to the engine."),
    MAX_CONNECTIONS("max-connections", only(SERVER), "1 to 65536", "256", "Maximum number of connected clients."),
    MAX_PENDING_HELLOS(
            "max-pending-hellos",
            only(SERVER),
            "1 to 65536",
            "1024",
            "Maximum number of open streams without a hello, over all clients. One client may have half of them."),
    MAX_PENDING_HANDSHAKES(
            "max-pending-handshakes",
            only(SERVER),
            "1 to 65536",
            "128",
            "Maximum number of handshakes under way. Further clients get no answer and try again."),
    MAX_HANDLERS(
            "max-handlers",
            only(SERVER),
            "1 to 65536",
            "256",
            "Maximum number of handlers that run at a time, over all clients. One client may have half of them, fewer "
                    + "when other clients have some."),
    HANDLER_QUEUE(
            "handler-queue",
            only(SERVER),
            "0 to 65536",
            "2048",
            "Maximum number of streams with data that wait for a handler, shared among the clients like max-handlers. "
                    + "Further streams are reset."),
    READ_TIMEOUT(
            "read-timeout",
            both(),
            "0s to 24h",
            "30s",
            "Maximum time that one read of a stream waits for its first byte, 0s for no limit. The readTimeout of a "
                    + "stream takes precedence. quicpool.read-timeout sets it for all pools of both kinds."),
    WRITE_TIMEOUT(
            "write-timeout",
            both(),
            "0s to 24h",
            "30s",
            "Maximum time that one write of a stream waits for a peer that does not read, 0s for no limit. The "
                    + "writeTimeout of a stream takes precedence. quicpool.write-timeout sets it for all pools of both kinds."),
    ADDRESS_VALIDATION(
            "address-validation",
            only(SERVER),
            "true, false",
            "false",
            "Whether a client must first prove that it owns its address (Retry, RFC 9000, section 8.1.2)."),
    CLIENT_IP(
            "client-ip",
            only(SERVER),
            "address or CIDR range, ...",
            "every client",
            "The clients that may connect, separated by commas, such as 10.0.0.0/8, ::1."),
    TLS_MODE(
            "tls-mode",
            only(CLIENT),
            "2 or verified, 1 or self-signed, 0 or insecure",
            "verified",
            "How the client checks the server's certificate: by issuer and host name, by its fingerprint, or not at all."),
    HOSTNAME(
            "hostname",
            only(CLIENT),
            "name or IP address",
            "the target's host",
            "The server name that the client sends. In mode verified the certificate must have this name."),
    FINGERPRINT(
            "fingerprint",
            only(CLIENT),
            "64 hex digits, colons allowed",
            "that of the first connect",
            "SHA-256 fingerprint of the only certificate that is accepted in mode self-signed."),
    CLIENT_AUTH(
            "client-auth",
            only(SERVER),
            "none, want, need",
            "none",
            "Whether the server asks clients for a certificate of an issuer in trust-store or trust-certificates. "
                    + "Needs an engine that can ask, such as netty."),
    TRUST_STORE(
            "trust-store",
            both(),
            "file",
            "the JDK's (client), none (server)",
            "A key store with the trusted issuers: of servers in mode verified (client), of clients with client-auth "
                    + "(server)."),
    TRUST_STORE_TYPE("trust-store-type", both(), "PKCS12, JKS, ...", "PKCS12", "The type of trust-store."),
    TRUST_STORE_PASSWORD("trust-store-password", both(), "secret", "none", "The password of trust-store."),
    TRUST_CERTIFICATES(
            "trust-certificates",
            both(),
            "PEM file",
            "the JDK's (client), none (server)",
            "The trusted issuers as PEM, instead of trust-store."),
    KEY_STORE(
            "key-store",
            both(),
            "file",
            "none",
            "A key store with the private key and its certificates. A server needs it, or certificate and private-key. "
                    + "A client presents its certificate when the server asks for one."),
    KEY_STORE_TYPE("key-store-type", both(), "PKCS12, JKS, ...", "PKCS12", "The type of key-store."),
    KEY_STORE_PASSWORD("key-store-password", both(), "secret", "none", "The password of key-store and of its key."),
    KEY_ALIAS("key-alias", both(), "name", "the only key", "The entry of key-store to use."),
    CERTIFICATE(
            "certificate",
            both(),
            "PEM file",
            "none",
            "The certificate, followed by those of its issuers, instead of key-store."),
    PRIVATE_KEY(
            "private-key",
            both(),
            "PEM file",
            "none",
            "The private key of certificate, as PKCS#8 without encryption. May be in the same file."),
    ALPN(
            "alpn",
            both(),
            "1 to 255 visible ASCII characters",
            "np-quic",
            "The application protocol. Both sides must have the same."),
    TRANSPORT(
            "transport",
            both(),
            "kwik, netty",
            "kwik",
            "The QUIC engine. netty needs additional dependencies. quicpool.transport sets it for all pools of both kinds."),
    STREAMS_PER_CONNECTION(
            "streams-per-connection",
            only(CLIENT),
            "1 to 1048576, 0 for the engine's",
            "0: all on one (kwik), 64 (netty)",
            "How many streams one connection carries before the pool opens another."),
    CONGESTION_CONTROL(
            "congestion-control",
            both(),
            "cubic, reno, bbr",
            "the engine's",
            "The algorithm that this side uses for congestion control. Cannot be set over kwik."),
    DRAIN_TIMEOUT(
            "drain-timeout",
            both(),
            "0s to 1h",
            "10s",
            "How long streams in use may continue when the application stops."),
    HANDLER_EXECUTOR(
            "handler-executor",
            only(SERVER),
            "pool, container, virtual",
            "pool",
            "Where handlers run: on threads of the pool, on the container's managed executor if there is one, or on "
                    + "virtual threads (Java 21 or later)."),
    READINESS_ENABLED(
            "readiness.enabled",
            both(),
            "true, false",
            "true",
            "Whether the readiness check is DOWN while the pool is not ready."),
    READINESS_GRACE(
            "readiness.grace",
            both(),
            "0s to 1h",
            "5s",
            "How long a pool that was ready and no longer is still counts as ready for the readiness check."),
    JMX_ENABLED("jmx.enabled", both(), "true, false", "true", "Whether the pool has an MXBean.");

    private final String key;
    private final @Nullable PoolKind only;
    private final String allowed;
    private final String defaultText;
    private final String meaning;

    PoolProperty(String key, @Nullable PoolKind only, String allowed, String defaultText, String meaning) {
        this.key = key;
        this.only = only;
        this.allowed = allowed;
        this.defaultText = defaultText;
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

    /** Whether pools of a kind have it. */
    public boolean isOf(PoolKind kind) {
        return only == null || only == kind;
    }

    /**
     * The allowed values.
     *
     * @return a text for people
     */
    public String allowed() {
        return allowed;
    }

    /**
     * The default.
     *
     * @return a text for people
     */
    public String defaultText() {
        return defaultText;
    }

    /**
     * The description.
     *
     * @return a sentence for people
     */
    public String meaning() {
        return meaning;
    }

    /** Whether {@code quicpool.KEY} sets it for all pools of both kinds that do not set their own. */
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

    /** The names of the properties that can be set for all pools of both kinds. */
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
