package io.quicpool.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where event loops may poll busily. */
class ProcessorsTest {

    @TempDir
    Path group;

    private void version1(String quota, String period) throws IOException {
        Files.createDirectory(group.resolve("cpu"));
        Files.writeString(group.resolve("cpu/cpu.cfs_quota_us"), quota + "\n");
        Files.writeString(group.resolve("cpu/cpu.cfs_period_us"), period + "\n");
    }

    @ParameterizedTest
    @CsvSource({"150000 100000, 1.5", "400000 100000, 4", "max 100000, Infinity", "nonsense, Infinity", "'', Infinity"})
    void whatAContainerMayUse(String text, double processors) throws IOException {
        Files.writeString(group.resolve("cpu.max"), text + "\n");
        assertThat(Processors.quota(group)).isEqualTo(processors);
    }

    @ParameterizedTest
    @CsvSource({"50000, 100000, 0.5", "-1, 100000, Infinity"})
    void whatAnOlderContainerMayUse(String quota, String period, double processors) throws IOException {
        version1(quota, period);
        assertThat(Processors.quota(group)).isEqualTo(processors);
    }

    @Test
    void withoutControlGroupsThereIsNoLimit() {
        assertThat(Processors.quota(group)).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @ParameterizedTest
    @CsvSource({", 2, Infinity, true", ", 1, Infinity, false", ", 8, 1.5, false", ", 8, 2, true"})
    void aLoopWaitsAwakeWhereTwoProcessorsAreItsOwn(String wanted, int processors, double quota, boolean awake) {
        assertThat(Processors.mayBusyPoll(wanted, processors, quota)).isEqualTo(awake);
    }

    @ParameterizedTest
    @CsvSource({"false, 8, Infinity, false", "true, 1, 0.5, true"})
    void whatIsSetCounts(String wanted, int processors, double quota, boolean awake) {
        assertThat(Processors.mayBusyPoll(wanted, processors, quota)).isEqualTo(awake);
    }
}
