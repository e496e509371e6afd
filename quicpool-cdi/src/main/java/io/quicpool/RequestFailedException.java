package io.quicpool;

import org.jspecify.annotations.Nullable;

/**
 * The handler of the peer failed: it threw an exception, or gave no answer ({@link StreamErrors#HANDLER_FAILED}). The request may have
 * been handled in part. The log of the peer has the exception.
 */
public final class RequestFailedException extends RequestException {

    private static final long serialVersionUID = 1L;

    /** Makes the exception, see {@link RequestException}. */
    public RequestFailedException(String message, boolean mayHaveBeenHandled, @Nullable Throwable cause) {
        super(message, mayHaveBeenHandled, cause);
    }
}
