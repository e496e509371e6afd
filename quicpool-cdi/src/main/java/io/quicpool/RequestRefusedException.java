package io.quicpool;

import org.jspecify.annotations.Nullable;

/**
 * The request was refused before a handler got it, so it can be repeated: later, or with another pool. Either this pool refuses it, and
 * the cause is a {@link PoolBusyException} or a {@link PoolClosedException}. Or the peer does, because all its handlers are busy
 * ({@link StreamErrors#HANDLER_BUSY}) or it closes ({@link StreamErrors#CLOSING}). The pool itself has repeated it once by then.
 */
public final class RequestRefusedException extends RequestException {

    private static final long serialVersionUID = 1L;

    /** Makes the exception, see {@link RequestException}. */
    public RequestRefusedException(String message, @Nullable Throwable cause) {
        super(message, false, cause);
    }
}
