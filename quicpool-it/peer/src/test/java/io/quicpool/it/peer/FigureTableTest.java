package io.quicpool.it.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.it.support.FigureTable;
import org.junit.jupiter.api.Test;

class FigureTableTest {

    @Test
    void hasMediansAndTheMediansOfRatios() {
        FigureTable table = new FigureTable().variant("before").variant("now").ratio("now", "before");
        double[][] rounds = {{1000, 2000}, {10, 30}, {400, 400}};
        for (double[] round : rounds) {
            table.add("before", "bulk (MB/s)", round[0]);
            table.add("now", "bulk (MB/s)", round[1]);
            table.add("before", "fill (ms)", round[0]);
            table.add("now", "fill (ms)", round[1]);
        }
        table.add("before", "only before (ms)", 1.234);
        table.add("before", "only before (ms)", 2.234);
        assertThat(table.toString()).isEqualTo("""
                | | before | now | now : before |
                | --- | --- | --- | --- |
                | bulk (MB/s) | 400 | 400 | 2.00 |
                | fill (ms) | 400 | 400 | 0.50 |
                | only before (ms) | 1.73 |  |  |
                """);
    }
}
