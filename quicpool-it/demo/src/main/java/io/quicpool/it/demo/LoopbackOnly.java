package io.quicpool.it.demo;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A page of another site in the same browser must not be able to kill the peer, or to read this page. */
@Provider
@PreMatching
public class LoopbackOnly implements ContainerRequestFilter {

    private static final Set<String> OURS = Set.of("localhost", "127.0.0.1", "[::1]");

    @Override
    public void filter(ContainerRequestContext request) {
        if (!allowed(request.getHeaderString(HttpHeaders.HOST), request.getHeaderString("Origin"))) {
            request.abortWith(Response.status(Response.Status.FORBIDDEN)
                    .entity("only for the page of this demo")
                    .build());
        }
    }

    /** The host must be ours, because other names may resolve to this host. The origin, if there is one, must be the same. */
    static boolean allowed(@Nullable String host, @Nullable String origin) {
        return host != null
                && OURS.contains(host.replaceFirst(":\\d+$", ""))
                && (origin == null || origin.equals("http://" + host));
    }
}
