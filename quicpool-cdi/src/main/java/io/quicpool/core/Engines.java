package io.quicpool.core;

import io.quicpool.PoolStartException;
import io.quicpool.config.PoolLabel;
import io.quicpool.transport.Transport;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/** The engines on the class path, and which of them a pool uses. */
final class Engines {

    private static final String AUTO = "auto";

    private final List<Transport> all;

    Engines(List<Transport> all) {
        this.all = all;
    }

    /** The engines that the class loader of the library finds. */
    static Engines present() {
        return new Engines(ServiceLoader.load(Transport.class, Transport.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
    }

    /**
     * Chooses the engine for a pool.
     *
     * @param wanted its name, or {@code auto}
     * @param warn gets a message for each engine that would be preferred and cannot be used
     * @throws PoolStartException when it is not there, or cannot be used; the message says what helps
     */
    Transport of(PoolLabel pool, String wanted, Consumer<String> warn) {
        return wanted.equals(AUTO) ? preferred(pool, warn) : named(pool, wanted);
    }

    private Transport preferred(PoolLabel pool, Consumer<String> warn) {
        List<Transport> inOrder = all.stream()
                .sorted(Comparator.comparing(Transport::preference).reversed())
                .toList();
        if (inOrder.isEmpty()) {
            throw problem(
                    pool, AUTO, "there is no META-INF/services/" + Transport.class.getName() + " on the class path");
        }
        Transport last = inOrder.get(inOrder.size() - 1);
        for (Transport each : inOrder) {
            String problem = each.unavailable();
            if (problem == null) {
                return each;
            }
            if (each != last) {
                warn.accept("the engine " + each.name() + " cannot be used: " + problem);
            }
        }
        return named(pool, last.name());
    }

    private Transport named(PoolLabel pool, String wanted) {
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
