package io.quicpool.health;

import io.quicpool.PoolSnapshot;
import io.quicpool.cdi.PoolRegistry;
import io.quicpool.cdi.PoolStatus;
import io.quicpool.config.Endpoint;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * The readiness check {@code quicpool}: UP while every pool with {@code readiness.enabled} is ready or within its grace period,
 * DOWN until the pools are opened. It only reads the state of the pools. It sends nothing and takes no stream. There is no
 * liveness check: to restart this process because a peer is lost would only lose what still works.
 *
 * <p>Only {@link HealthExtension} makes it a bean. {@code beans.xml} excludes it, because the API may be absent where the jar is
 * scanned.
 */
@Readiness
@Singleton
public final class PoolsReadiness implements HealthCheck {

    /** The name of the check. */
    public static final String NAME = "quicpool";

    // A server pool may have hundreds of clients.
    private static final int PEERS_SHOWN = 4;

    private final PoolRegistry registry;

    /** For the container. */
    @Inject
    PoolsReadiness(PoolRegistry registry) {
        this.registry = registry;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(NAME);
        if (!registry.isStarted()) {
            return response.down().withData("state", "not started").build();
        }
        boolean up = true;
        for (PoolStatus status : registry.status()) {
            up &= status.up() || !status.counts();
            response.withData(status.kind().text() + "." + status.snapshot().name(), text(status));
        }
        return response.status(up).build();
    }

    static String text(PoolStatus status) {
        PoolSnapshot pool = status.snapshot();
        return (pool.ready() ? "ready" : status.up() ? "not ready, within its grace period" : "not ready")
                + (status.counts() ? "" : " (does not count)")
                + ", " + pool.state() + ", " + pool.linkText() + ", idle " + pool.idle() + ", capacity "
                + pool.capacity()
                + peers(pool.peers())
                + (status.insecure() ? ", INSECURE: the server's certificate is not checked" : "")
                + (pool.lastError() == null ? "" : ", last error: " + pool.lastError());
    }

    private static String peers(List<PoolSnapshot.Peer> peers) {
        if (peers.isEmpty()) {
            return ", no peer";
        }
        String shown = peers.stream()
                .limit(PEERS_SHOWN)
                .map(peer -> Endpoint.text(peer.remote()))
                .collect(Collectors.joining(" "));
        return ", " + (peers.size() == 1 ? "peer " : peers.size() + " peers ") + shown
                + (peers.size() > PEERS_SHOWN ? " ..." : "");
    }
}
