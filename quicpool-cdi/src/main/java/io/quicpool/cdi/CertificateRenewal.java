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
 * Looks now and then whether the certificate files of the server pools were renewed, and has new connections get the new ones.
 * What cannot be used, a file that is half written say, is told once and tried again; the certificate so far stays.
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
    private List<Problem> told = List.of();

    CertificateRenewal(Config config, ApplicationContext context) {
        this.config = config;
        this.context = context;
    }

    /** A pool was opened. Before {@link #start}. */
    void add(PoolSettings<ServerPoolConfig> settings, ServerPool pool) {
        pools.put(settings.name(), pool);
        presented.put(settings.name(), settings.config().certificate().certificateChain());
    }

    /** Begins to check the files. */
    void start() {
        if (!pools.isEmpty()) {
            var unused = timer.scheduleWithFixedDelay(
                    this::lookSafely, PERIOD.toNanos(), PERIOD.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    // What it throws must not end the looking.
    private void lookSafely() {
        try {
            // The application's own sources of configuration are asked.
            context.run(this::look);
        } catch (RuntimeException | Error e) {
            LOG.log(
                    Level.WARNING,
                    "the check for new certificates of the server pools failed; the next one follows",
                    e);
        }
    }

    /** Reads the files, and hands on what is new. */
    synchronized void look() {
        Settings settings = SettingsReader.read(config);
        tell(settings.problems());
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
            // Such as that the pool is closed, which is nothing to the others.
            LOG.log(
                    Level.WARNING,
                    "{0}: the new certificate is not used, the old one stays: {1}",
                    PoolLabel.server(pool.name()),
                    e.getMessage());
        }
        // Also one that was refused: it is no better the next time.
        presented.put(settings.name(), chain);
    }

    private void tell(List<Problem> problems) {
        if (!problems.isEmpty() && !problems.equals(told)) {
            LOG.log(
                    Level.WARNING,
                    "server pools keep their certificates, because the configuration has problems: {0}",
                    problems);
        }
        told = problems;
    }

    void close() {
        timer.shutdownNow();
    }
}
