package io.quicpool.cdi;

import io.quicpool.ServerPool;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.settings.PoolSettings;
import io.quicpool.settings.Problem;
import io.quicpool.settings.Settings;
import io.quicpool.settings.SettingsReader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.Config;

/**
 * Checks regularly whether the certificate files of the server pools have changed. New connections then get the new certificate. If a
 * file cannot be used, for example because it is half written, the old certificate stays. That is logged once, and the file is tried
 * again.
 */
final class CertificateRenewal {

    /** How often the files are read. */
    static final Duration PERIOD = Duration.ofMinutes(1);

    private static final Logger LOG = System.getLogger("io.quicpool");

    private final Config config;
    private final ApplicationContext context;
    private final Map<String, ServerPool> pools = new HashMap<>();
    private final Map<String, List<X509Certificate>> presented = new HashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "quicpool-certificates");
        thread.setDaemon(true);
        thread.setContextClassLoader(CertificateRenewal.class.getClassLoader());
        return thread;
    });
    private List<Problem> reported = List.of();

    CertificateRenewal(Config config, ApplicationContext context) {
        this.config = config;
        this.context = context;
    }

    /** Adds a pool, before {@link #start}. */
    void add(PoolSettings<ServerPoolConfig> settings, ServerPool pool) {
        pools.put(settings.name(), pool);
        presented.put(settings.name(), settings.config().certificate().certificateChain());
    }

    /** Starts the regular check. */
    void start() {
        if (!pools.isEmpty()) {
            var unused = timer.scheduleWithFixedDelay(
                    this::checkSafely, PERIOD.toNanos(), PERIOD.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    // An exception would end the timer's task.
    private void checkSafely() {
        try {
            // Configuration sources of the application need its context.
            context.run(this::check);
        } catch (RuntimeException | Error e) {
            LOG.log(
                    Level.WARNING,
                    "the check for new certificates of the server pools failed; the next one follows",
                    e);
        }
    }

    /** Reads the files, and gives new certificates to the pools. */
    synchronized void check() {
        Settings settings = SettingsReader.read(config);
        report(settings.problems());
        for (PoolSettings<ServerPoolConfig> each : settings.servers()) {
            ServerPool pool = pools.get(each.name());
            List<X509Certificate> chain = each.config().certificate().certificateChain();
            if (pool != null && !chain.equals(presented.get(each.name()))) {
                renew(each, pool, chain);
            }
        }
    }

    private void renew(PoolSettings<ServerPoolConfig> settings, ServerPool pool, List<X509Certificate> chain) {
        try {
            pool.certificate(settings.config().certificate());
        } catch (RuntimeException e) {
            // The pool may be closed. The others go on.
            LOG.log(
                    Level.WARNING,
                    "{0}: the new certificate is not used, the old one stays: {1}",
                    PoolLabel.server(pool.name()),
                    e.getMessage());
        }
        // Also if it was refused: the next attempt would fail too.
        presented.put(settings.name(), chain);
    }

    private void report(List<Problem> problems) {
        if (!problems.isEmpty() && !problems.equals(reported)) {
            LOG.log(
                    Level.WARNING,
                    "server pools keep their certificates, because the configuration has problems: {0}",
                    problems);
        }
        reported = problems;
    }

    void close() {
        timer.shutdownNow();
    }
}
