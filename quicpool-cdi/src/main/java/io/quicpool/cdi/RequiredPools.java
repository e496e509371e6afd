package io.quicpool.cdi;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.PoolKind;
import io.quicpool.settings.Problem;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.Bean;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The injection points with a pool, collected when the application is built. Each pool must be configured. */
final class RequiredPools {

    /** One injection point. It can be written as a string, to pass it from build time to run time. */
    record Point(PoolKind kind, String pool, String place) {

        String text() {
            return kind.name() + '\n' + pool + '\n' + place;
        }

        static Point parse(String text) {
            String[] parts = text.split("\n", 3);
            return new Point(PoolKind.valueOf(parts[0]), parts[1], parts[2]);
        }
    }

    private final List<Point> points;

    RequiredPools(List<Point> points) {
        this.points = points;
    }

    /** The injection points for which there is no pool. */
    List<Problem> missing(PoolNames names, Instance<StreamPool> beans) {
        List<Problem> problems = new ArrayList<>();
        for (Point point : points) {
            String problem = problem(point, names, beans);
            if (problem != null) {
                problems.add(new Problem("injection point " + point.place(), null, problem));
            }
        }
        return problems;
    }

    private static @Nullable String problem(Point point, PoolNames names, Instance<StreamPool> beans) {
        PoolKind kind = point.kind();
        Class<? extends StreamPool> type = kind == PoolKind.CLIENT ? ClientPool.class : ServerPool.class;
        Instance<? extends StreamPool> found = beans.select(type, QuicPool.Literal.of(point.pool()));
        Bean<?> bean = found.isResolvable() ? found.getHandle().getBean() : null;
        if (bean != null && !bean.getBeanClass().equals(type)) {
            return null; // not a bean of the extension: the application has its own, for example in a test
        }
        String resolved = names.resolve(kind, point.pool());
        if (resolved == null) {
            return names.isBroken(kind, point.pool()) ? null : names.missing(kind, point.pool());
        }
        String built = bean == null ? resolved : nameOf(bean, resolved);
        return built.equals(resolved)
                ? null
                : "which one is meant? It was \"" + built + "\" when the application was built, and is \"" + resolved
                        + "\" now; write @QuicPool(\"" + resolved + "\")";
    }

    // The pool of a bean without a name is found when the application starts.
    private static String nameOf(Bean<?> bean, String fallback) {
        return bean.getQualifiers().stream()
                .filter(QuicPool.class::isInstance)
                .map(qualifier -> ((QuicPool) qualifier).value())
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse(fallback);
    }
}
