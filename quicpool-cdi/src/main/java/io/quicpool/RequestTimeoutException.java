package io.quicpool;

import org.jspecify.annotations.Nullable;

/**
 * The answer did not come in time. If no stream could be taken in time, the request was not handled, and the cause is a
 * {@link PoolTimeoutException}. It is also thrown when the peer has waited too long for the request, see
 * {@link StreamErrors#TOO_SLOW}.
 */
public final class RequestTimeoutException extends RequestException {

    private static final long serialVersionUID = 1L;

    /** Makes the exception, see {@link RequestException}. */
    public RequestTimeoutException(String message, boolean mayHaveBeenHandled, @Nullable Throwable cause) {
        super(message, mayHaveBeenHandled, cause);
    }
}
