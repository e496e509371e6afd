package io.quicpool;

import org.jspecify.annotations.Nullable;

/**
 * The connection was lost, one of the pools was closed, or the peer reset the stream, before the whole answer had come.
 */
public final class RequestLostException extends RequestException {

    private static final long serialVersionUID = 1L;

    /** Makes the exception, see {@link RequestException}. */
    public RequestLostException(String message, boolean mayHaveBeenHandled, @Nullable Throwable cause) {
        super(message, mayHaveBeenHandled, cause);
    }
}
