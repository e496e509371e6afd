package io.quicpool;

import org.jspecify.annotations.Nullable;

/**
 * The request is larger than the peer accepts, or its answer is larger than this pool accepts: see
 * {@link io.quicpool.config.PoolConfigBuilder#maxRequestBytes}. A request that is too large was not handled. If the answer is too large,
 * the request was handled.
 */
public final class RequestTooLargeException extends RequestException {

    private static final long serialVersionUID = 1L;

    /** Whether the answer is too large. */
    private final boolean answer;

    /**
     * Makes the exception.
     *
     * @param message what happened
     * @param answer see {@link #answer}
     * @param cause the cause; null when there is none
     */
    public RequestTooLargeException(String message, boolean answer, @Nullable Throwable cause) {
        super(message, answer, cause);
        this.answer = answer;
    }

    /**
     * Which of both is too large.
     *
     * @return true when the answer is larger than this pool accepts, false when the request is larger than the peer accepts
     */
    public boolean answer() {
        return answer;
    }
}
