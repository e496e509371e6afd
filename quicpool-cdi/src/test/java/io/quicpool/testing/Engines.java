package io.quicpool.testing;

import io.quicpool.transport.Transport;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The engines that the class path of the tests has: kwik always, netty where its artifact is. */
public final class Engines {

    private Engines() {}

    private static Stream<Transport> all() {
        return ServiceLoader.load(Transport.class, Transport.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get);
    }

    /** The names of all, for tests that run over each: {@link EachEngine}. */
    public static List<String> names() {
        return all().map(Transport::name).sorted().toList();
    }

    public static Transport named(String name) {
        return all().filter(engine -> engine.name().equals(name)).findFirst().orElseThrow();
    }
}
