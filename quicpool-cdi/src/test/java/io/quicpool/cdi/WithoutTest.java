package io.quicpool.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.testing.LogOf;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What works although an API is not on the class path: programs in a class loader that has less. */
class WithoutTest {

    private static final Predicate<String> ANYTHING_OF_A_CONTAINER = Pattern.compile(
                    "(?i)(jakarta|microprofile|smallrye|weld|jboss)[^/]*\\.jar$")
            .asPredicate();
    private static final Predicate<String> METRICS =
            Pattern.compile("(opentelemetry|micrometer)-[^/]*\\.jar$").asPredicate();
    private static final Predicate<String> HEALTH =
            Pattern.compile("health[^/]*\\.jar$").asPredicate();

    private static final ClassLoader PLATFORM = ClassLoader.getPlatformClassLoader();

    /** The platform, without the flight recorder. */
    private static final ClassLoader NO_RECORDER = new ClassLoader(PLATFORM) {
        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("jdk.jfr.")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    };

    private static Object run(Predicate<String> without, String program) throws Exception {
        return run(without, PLATFORM, program);
    }

    private static Object run(Predicate<String> without, ClassLoader platform, String program) throws Exception {
        List<URL> left = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!without.test(entry)) {
                left.add(url(entry));
            }
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(left.toArray(URL[]::new), platform)) {
            thread.setContextClassLoader(loader);
            return loader.loadClass(program).getDeclaredMethod("run").invoke(null);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URL url(String entry) throws MalformedURLException {
        return Path.of(entry).toUri().toURL();
    }

    @Test
    void thePoolsNeedNothingOfAContainer() throws Exception {
        assertThat(run(ANYTHING_OF_A_CONTAINER.or(METRICS), "io.quicpool.cdi.PlainProgram"))
                .isEqualTo("no CDI: full");
    }

    @Test
    void theComponentNeedsNoHealthApi() throws Exception {
        assertThat(run(HEALTH, "io.quicpool.cdi.ComponentProgram")).isEqualTo("no health API: orders is full");
    }

    @Test
    void theComponentNeedsNoLibraryForMetrics() throws Exception {
        assertThat(run(METRICS.or(HEALTH), "io.quicpool.cdi.ComponentProgram"))
                .isEqualTo("no health API: orders is full");
        assertThat(run(
                        Pattern.compile("opentelemetry-[^/]*\\.jar$")
                                .asPredicate()
                                .or(HEALTH),
                        "io.quicpool.cdi.ComponentProgram"))
                .isEqualTo("no health API: orders is full");
    }

    /** WildFly hides it from applications. */
    @Test
    void thePoolsNeedNoFlightRecorder() throws Exception {
        try (LogOf log = new LogOf("io.quicpool", Level.WARNING)) {
            assertThat(run(ANYTHING_OF_A_CONTAINER, NO_RECORDER, "io.quicpool.cdi.PlainProgram"))
                    .isEqualTo("no CDI: full");
            assertThat(log.lines("observer")).isEmpty();
        }
    }
}
