package io.quicpool.transport.kwik;

import tech.kwik.core.log.Logger;

/**
 * Takes the place of kwik's MemoryWatcher, under its name and among its classes, so it must name nothing but kwik; see
 * {@link ConnectorInternals#watchNoMemory}.
 */
@SuppressWarnings("unused")
public final class NoMemoryWatcher {

    public NoMemoryWatcher(int threshold, Logger log) {}
}
