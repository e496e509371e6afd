package io.quicpool.cdi;

import io.quicpool.settings.PoolKind;
import io.quicpool.settings.Problem;
import java.util.ArrayList;
import java.util.List;

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

    List<Problem> missing(PoolNames names) {
        List<Problem> problems = new ArrayList<>();
        for (Point point : points) {
            if (names.meant(point.kind(), point.pool()) == null && !names.isBroken(point.kind(), point.pool())) {
                problems.add(new Problem(
                        "injection point " + point.place(), null, names.missing(point.kind(), point.pool())));
            }
        }
        return problems;
    }
}
