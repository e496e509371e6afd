package io.quicpool.stork;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.config.Endpoint;
import io.quicpool.config.TargetAddress;
import io.quicpool.config.TargetSource;
import io.quicpool.config.TargetSourceProvider;
import io.smallrye.stork.Stork;
import io.smallrye.stork.api.ServiceInstance;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The targets of {@code stork://SERVICE}: the instances of that service. Stork has its own configuration, and in Quarkus its own
 * extension. Stork is asked each {@code resolve-interval}, and itself asks its registry each {@code refresh-period} of the service.
 *
 * <p>The zone of a target is the label {@code topology.kubernetes.io/zone}, otherwise the label {@code zone}.
 */
public final class StorkTargets implements TargetSourceProvider {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final List<String> ZONE_LABELS = List.of("topology.kubernetes.io/zone", "zone");
    // What a target may have. Labels are free text.
    private static final Pattern ZONE = Pattern.compile("[\\w.-]{1,63}");

    /** For {@link java.util.ServiceLoader}. */
    public StorkTargets() {}

    @Override
    public String scheme() {
        return "stork";
    }

    @Override
    public TargetSource source(URI target, ClientPoolConfig config) {
        String service = target.getAuthority();
        if (!target.equals(URI.create("stork://" + service))) {
            throw new ConfigException("target", target, "must be stork://SERVICE, without anything after it");
        }
        return TargetSource.polling(config.resolveInterval(), () -> instances(service));
    }

    private static List<TargetAddress> instances(String service) throws IOException {
        List<TargetAddress> found = stork().getService(service).getInstances().await().atMost(TIMEOUT).stream()
                .map(StorkTargets::target)
                .toList();
        if (found.isEmpty()) {
            // Some kinds of discovery say that also when they have failed.
            throw new IOException("Stork knows no instance of the service " + service);
        }
        return found;
    }

    // Quarkus, or the application, has it initialized by now. If not, nobody will.
    private static Stork stork() {
        @Nullable Stork ready = Stork.getInstance();
        if (ready == null) {
            Stork.initialize();
        }
        return Stork.getInstance();
    }

    private static TargetAddress target(ServiceInstance instance) {
        TargetAddress.Builder target = TargetAddress.builder(new Endpoint(instance.getHost(), instance.getPort()));
        zone(instance).ifPresent(target::zone);
        return target.build();
    }

    private static Optional<String> zone(ServiceInstance instance) {
        return ZONE_LABELS.stream()
                .map(instance.getLabels()::get)
                .filter(Objects::nonNull)
                .filter(zone -> ZONE.matcher(zone).matches())
                .findFirst();
    }
}
