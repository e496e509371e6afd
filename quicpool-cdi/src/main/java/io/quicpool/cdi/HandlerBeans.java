package io.quicpool.cdi;

import io.quicpool.RequestHandler;
import io.quicpool.ServerPool;
import io.quicpool.StreamHandler;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.config.PoolKind;
import io.quicpool.settings.Problem;
import jakarta.enterprise.inject.Instance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The beans that implement {@link RequestHandler} or {@link StreamHandler}. {@link QuicPool} says which server pool each one serves.
 */
final class HandlerBeans {

    private final Instance<StreamHandler> ofStreams;
    private final Instance<RequestHandler> ofRequests;
    private final List<Instance.Handle<?>> inUse = new ArrayList<>();

    HandlerBeans(Instance<StreamHandler> ofStreams, Instance<RequestHandler> ofRequests) {
        this.ofStreams = ofStreams;
        this.ofRequests = ofRequests;
    }

    private List<Instance.Handle<?>> handles() {
        List<Instance.Handle<?>> handles = new ArrayList<>();
        ofStreams.handles().forEach(handles::add);
        for (Instance.Handle<RequestHandler> handle : ofRequests.handles()) {
            // A bean may be both. It serves streams then, and is one handler.
            if (!handle.getBean().getTypes().contains(StreamHandler.class)) {
                handles.add(handle);
            }
        }
        return handles;
    }

    /** Problems: handlers for pools that do not exist, and pools with several handlers. */
    List<Problem> problems(PoolNames names) {
        List<Problem> problems = new ArrayList<>();
        Map<String, String> served = new HashMap<>();
        for (Instance.Handle<?> handle : handles()) {
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
    private static @Nullable String poolOf(Instance.Handle<?> handle) {
        return handle.getBean().getQualifiers().stream()
                .filter(QuicPool.class::isInstance)
                .map(qualifier -> ((QuicPool) qualifier).value())
                .findFirst()
                .orElse(null);
    }

    /** Gives the pool its handler, if there is one. */
    void serve(ServerPool pool, HandlerExecutor where, PoolNames names, ApplicationContext context) {
        for (Instance.Handle<?> handle : handles()) {
            String name = poolOf(handle);
            if (name != null && pool.name().equals(names.resolve(PoolKind.SERVER, name))) {
                inUse.add(handle);
                Executor executor = where == HandlerExecutor.CONTAINER ? ContainerExecutor.find() : null;
                if (handle.get() instanceof StreamHandler ofStreams) {
                    serve(pool, context.around(ofStreams), executor);
                } else if (handle.get() instanceof RequestHandler ofRequests) {
                    answer(pool, context.aroundAnswers(ofRequests), executor);
                }
            }
        }
    }

    private static void serve(ServerPool pool, StreamHandler handler, @Nullable Executor executor) {
        if (executor == null) {
            pool.serve(handler);
        } else {
            pool.serve(handler, executor);
        }
    }

    private static void answer(ServerPool pool, RequestHandler handler, @Nullable Executor executor) {
        if (executor == null) {
            pool.answer(handler);
        } else {
            pool.answer(handler, executor);
        }
    }

    /** Destroys the dependent handler beans, after the pools are closed. */
    void release() {
        DependentBeans.release(inUse);
    }
}
