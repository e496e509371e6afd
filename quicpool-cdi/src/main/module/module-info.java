/**
 * Pools of pre-opened QUIC streams. "On the module path" in docs/design.md says what a program needs.
 *
 * <p>Nothing here names an engine: kwik has to be on the class path, see {@code KwikAvailability}, and other engines are services.
 */
@SuppressWarnings({"module", "requires-automatic"}) // the engine netty may be absent; jars of MicroProfile and metrics are no modules
module io.quicpool {
    requires java.management;
    requires java.naming;
    // Without it there are no events for the flight recorder.
    requires static jdk.jfr;
    requires static org.jspecify;
    // What the container brings. The pools work without any of it.
    requires static jakarta.cdi;
    requires static microprofile.config.api;
    requires static microprofile.health.api;
    // What an application may bring for metrics.
    requires static io.opentelemetry.api;
    requires static micrometer.core;

    exports io.quicpool;
    exports io.quicpool.cdi;
    exports io.quicpool.config;
    exports io.quicpool.health;
    exports io.quicpool.jmx;
    exports io.quicpool.metrics;
    exports io.quicpool.settings;
    exports io.quicpool.transport;
    exports io.quicpool.tls to
            io.quicpool.netty;
    exports io.quicpool.transport.engine to
            io.quicpool.netty;
    exports io.quicpool.transport.gate to
            io.quicpool.netty;

    // The container makes these beans.
    opens io.quicpool.cdi;
    opens io.quicpool.health;
    opens io.quicpool.metrics;
    // The flight recorder makes the settings of events.
    opens io.quicpool.jfr to
            jdk.jfr;

    uses io.quicpool.PoolObserver;
    uses io.quicpool.PoolProvider;
    uses io.quicpool.config.TargetSourceProvider;
    uses io.quicpool.transport.Transport;

    provides io.quicpool.PoolObserver with
            io.quicpool.jfr.FlightRecorderObserver;
    provides io.quicpool.PoolProvider with
            io.quicpool.core.CorePoolProvider;
    provides io.quicpool.transport.Transport with
            io.quicpool.transport.kwik.KwikTransport;
    // Not the extensions of CDI: Java refuses to start a module that provides a service whose API is absent.
}
