package io.quicpool.core;

import io.quicpool.PoolStartException;
import io.quicpool.config.PoolLabel;
import io.quicpool.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;

/** The engines on the class path. */
final class Engines {

    private final List<Transport> all;

    Engines(List<Transport> all) {
        this.all = all;
    }

    /** Those that are beside the library, with the same class loader. */
    static Engines present() {
        return new Engines(ServiceLoader.load(Transport.class, Transport.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
    }

    /**
     * The engine for a pool.
     *
     * @throws PoolStartException when it is not there, or cannot be used; with what helps
     */
    Transport named(PoolLabel pool, String wanted) {
        Transport engine = all.stream()
                .filter(each -> each.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> problem(pool, wanted, missing(wanted)));
        String problem = engine.unavailable();
        if (problem != null) {
            throw problem(pool, wanted, problem);
        }
        return engine;
    }

    private String missing(String wanted) {
        return "there is no such engine on the class path"
                + (wanted.equals("netty") ? ": add io.quicpool:quicpool-netty" : "; use " + names());
    }

    private String names() {
        return String.join(" or ", all.stream().map(Transport::name).sorted().toList());
    }

    private static PoolStartException problem(PoolLabel pool, String wanted, String problem) {
        return new PoolStartException(pool, "transport = " + wanted + ": " + problem, Duration.ZERO, null, null);
    }
}
