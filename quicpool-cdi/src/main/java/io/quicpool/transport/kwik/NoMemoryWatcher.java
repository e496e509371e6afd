package io.quicpool.transport.kwik;

import tech.kwik.core.log.Logger;

/**
 * Replaces kwik's MemoryWatcher, see {@link ConnectorInternals#replaceMemoryWatcher}. It is defined under that name in kwik's own
 * package, so it must refer to nothing but kwik.
 */
@SuppressWarnings("unused")
public final class NoMemoryWatcher {

    public NoMemoryWatcher(int threshold, Logger log) {}
}
