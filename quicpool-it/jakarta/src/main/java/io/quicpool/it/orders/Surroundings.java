package io.quicpool.it.orders;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import javax.naming.InitialContext;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * What code of this application finds on the thread that runs it. A new instance for each request, because its own injection is
 * part of the result.
 */
@Dependent
public class Surroundings {

    @Resource
    @Nullable ManagedExecutorService executor;

    @Resource(lookup = "java:app/AppName")
    @Nullable String application;

    @Resource(name = "currency")
    @Nullable String currency;

    @Inject
    @ConfigProperty(name = "orders.warehouse")
    String warehouse;

    @Inject
    OnRequest request;

    /** One line for each thing. */
    String inspect() {
        Map<String, String> found = new TreeMap<>();
        put(found, "class by the context loader", () -> Thread.currentThread()
                .getContextClassLoader()
                .loadClass("io.quicpool.it.orders.Currency")
                .getSimpleName());
        put(found, "configuration", () -> ConfigProvider.getConfig().getValue("orders.warehouse", String.class));
        put(found, "java:app", () -> lookup("java:app/AppName"));
        put(found, "java:module", () -> lookup("java:module/ModuleName"));
        put(found, "java:comp", () -> lookup("java:comp/env/currency"));
        put(found, "injected", () -> warehouse);
        put(found, "@Resource", () -> application + " " + currency + " " + (executor != null));
        put(found, "request", () -> request.answer());
        StringBuilder text = new StringBuilder();
        found.forEach(
                (what, value) -> text.append(what).append(": ").append(value).append('\n'));
        return text.toString();
    }

    // Only constant names of the application.
    @SuppressWarnings("BanJNDI")
    private static String lookup(String name) throws Exception {
        return String.valueOf(new InitialContext().lookup(name));
    }

    private static void put(Map<String, String> found, String what, Callable<String> source) {
        String value;
        try {
            value = source.call();
        } catch (Exception e) {
            value = e.getClass().getSimpleName();
        }
        found.put(what, value);
    }
}
