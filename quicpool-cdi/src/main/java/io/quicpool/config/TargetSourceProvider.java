package io.quicpool.config;

import java.net.URI;

/**
 * Makes the sources of targets for the URIs of one scheme. {@link java.util.ServiceLoader} finds it. So
 * {@code target=SCHEME://NAME} works as soon as its jar is there.
 */
public interface TargetSourceProvider {

    /**
     * The scheme of the URIs.
     *
     * @return in lower case, such as {@code stork}
     */
    String scheme();

    /**
     * Makes a source. Does not block, and finds out nothing yet.
     *
     * @param target the URI, as the user wrote it
     * @param config the settings of the pool, such as {@link ClientPoolConfig#resolveInterval}
     * @throws ConfigException when the URI cannot be used, or something that it needs is not there
     */
    TargetSource source(URI target, ClientPoolConfig config);
}
