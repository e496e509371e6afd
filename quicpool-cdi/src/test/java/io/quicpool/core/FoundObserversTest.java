package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.PoolObserver;
import io.quicpool.config.PoolLabel;
import io.quicpool.core.report.PoolLog;
import io.quicpool.testing.LogLines;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Observers are found with the class loader of the application; one that cannot be loaded costs nobody a pool. */
class FoundObserversTest {

    /** For {@link java.util.ServiceLoader}. */
    public static final class Good implements PoolObserver {}

    /** For {@link java.util.ServiceLoader}. */
    public static final class Broken implements PoolObserver {

        /** Fails. */
        public Broken() {
            throw new IllegalStateException("for the test");
        }
    }

    @TempDir
    Path folder;

    @Test
    void theApplicationMayHaveSome() throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(
                services.resolve(PoolObserver.class.getName()),
                Broken.class.getName() + "\nno.such.Observer\n" + FoundObserversTest.class.getName() + "\n"
                        + Good.class.getName() + "\n");
        LogLines lines = new LogLines();
        PoolLog log = new PoolLog(PoolLabel.client("orders"), lines);
        PoolObserver given = new PoolObserver() {};
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader application =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
            thread.setContextClassLoader(application);
            List<PoolObserver> found = FoundObservers.and(List.of(given), log);
            assertThat(found).contains(given).hasAtLeastOneElementOfType(Good.class);
        } finally {
            thread.setContextClassLoader(before);
        }
        assertThat(lines.written).hasSize(3).allMatch(line -> line.equals("client orders: cannot load an observer"));
    }
}
