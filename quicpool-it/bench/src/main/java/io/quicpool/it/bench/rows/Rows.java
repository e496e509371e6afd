package io.quicpool.it.bench.rows;

import java.util.List;

/** All rows, in the order of the tables. */
public final class Rows {

    // One, because it is built once.
    private static final GoRow GO = new GoRow();

    private Rows() {}

    /** Each row there is. Some cannot run everywhere: {@link Row#missing}. */
    public static List<Row> all() {
        return List.of(
                new PoolRow("netty", PoolRow.Way.REQUEST),
                new PoolRow("netty", PoolRow.Way.BLOCKING),
                new PoolRow("netty", PoolRow.Way.STREAM),
                new PoolRow("kwik", PoolRow.Way.REQUEST),
                new PoolRow("kwik", PoolRow.Way.BLOCKING),
                new PoolRow("kwik", PoolRow.Way.STREAM),
                new RawQuic(false),
                new RawQuic(true),
                new GrpcRow(false),
                new GrpcRow(true),
                new HttpRow(),
                GO);
    }

    /** The row of that name. */
    public static Row named(String name) {
        return all().stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no row has the name " + name));
    }
}
