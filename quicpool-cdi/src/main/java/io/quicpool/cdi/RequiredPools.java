package io.quicpool.cdi;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.settings.PoolKind;
import io.quicpool.settings.Problem;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.Bean;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pools that injection points name, collected when the application is built: each must be configured. */
final class RequiredPools {

    /** One injection point. As one string, it survives a build. */
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
            return null; // not one of the extension's: the application brings its own, in a test say
        }
        String meant = names.meant(kind, point.pool());
        if (meant == null) {
            return names.isBroken(kind, point.pool()) ? null : names.missing(kind, point.pool());
        }
        String built = bean == null ? meant : nameOf(bean, meant);
        return built.equals(meant)
                ? null
                : "which one is meant? It was \"" + built + "\" when the application was built, and is \"" + meant
                        + "\" now; write @QuicPool(\"" + meant + "\")";
    }

    // A bean without a name takes what is meant when the application starts.
    private static String nameOf(Bean<?> bean, String otherwise) {
        return bean.getQualifiers().stream()
                .filter(QuicPool.class::isInstance)
                .map(qualifier -> ((QuicPool) qualifier).value())
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse(otherwise);
    }
}
