package io.quicpool.cdi;

import io.quicpool.ServerPool;
import io.quicpool.StreamHandler;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.config.PoolKind;
import io.quicpool.settings.Problem;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Instance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The beans that implement {@link StreamHandler}. {@link QuicPool} says which server pool each one serves. */
final class HandlerBeans {

    private final Instance<StreamHandler> handlers;
    private final List<Instance.Handle<StreamHandler>> inUse = new ArrayList<>();

    HandlerBeans(Instance<StreamHandler> handlers) {
        this.handlers = handlers;
    }

    /** Problems: handlers for pools that do not exist, and pools with several handlers. */
    List<Problem> problems(PoolNames names) {
        List<Problem> problems = new ArrayList<>();
        Map<String, String> served = new HashMap<>();
        for (Instance.Handle<StreamHandler> handle : handlers.handles()) {
            String name = poolOf(handle);
            if (name == null) {
                continue;
            }
            String bean = "handler " + handle.getBean().getBeanClass().getName();
            String pool = names.resolve(PoolKind.SERVER, name);
            if (pool == null && names.isBroken(PoolKind.SERVER, name)) {
                continue;
            }
            if (pool == null) {
                problems.add(new Problem(bean, null, names.missing(PoolKind.SERVER, name)));
                continue;
            }
            String other = served.putIfAbsent(pool, bean);
            if (other != null) {
                problems.add(
                        new Problem(bean, null, "the server pool \"" + pool + "\" is served by " + other + " already"));
            }
        }
        return problems;
    }

    // Null for a bean without the qualifier, which is for other uses.
    private static @Nullable String poolOf(Instance.Handle<StreamHandler> handle) {
        return handle.getBean().getQualifiers().stream()
                .filter(QuicPool.class::isInstance)
                .map(qualifier -> ((QuicPool) qualifier).value())
                .findFirst()
                .orElse(null);
    }

    /** Gives the pool its handler, if there is one. */
    void serve(ServerPool pool, HandlerExecutor where, PoolNames names, ApplicationContext context) {
        for (Instance.Handle<StreamHandler> handle : handlers.handles()) {
            String name = poolOf(handle);
            if (name != null && pool.name().equals(names.resolve(PoolKind.SERVER, name))) {
                inUse.add(handle);
                StreamHandler handler = context.around(handle.get());
                Executor executor = where == HandlerExecutor.CONTAINER ? ContainerExecutor.find() : null;
                if (executor == null) {
                    pool.serve(handler);
                } else {
                    pool.serve(handler, executor);
                }
            }
        }
    }

    /** Destroys the dependent handler beans, after the pools are closed. */
    void release() {
        for (Instance.Handle<StreamHandler> handle : inUse) {
            if (handle.getBean().getScope().equals(Dependent.class)) {
                handle.destroy();
            }
        }
        inUse.clear();
    }
}
