package io.quicpool;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A request of {@link ClientPool#request} got no answer. The subclasses say why. Later versions may add some, so catch this class
 * too.
 */
public abstract class RequestException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Whether the peer may have handled the request. */
    private final boolean mayHaveBeenHandled;

    /**
     * Makes the exception.
     *
     * @param message what happened
     * @param mayHaveBeenHandled see {@link #mayHaveBeenHandled}
     * @param cause the cause; null when there is none
     */
    protected RequestException(String message, boolean mayHaveBeenHandled, @Nullable Throwable cause) {
        super(message, cause);
        this.mayHaveBeenHandled = mayHaveBeenHandled;
    }

    /**
     * Whether a handler of the peer may have got the request, or a part of it.
     *
     * @return false when surely not, so that the request can be repeated, whatever it does
     */
    public final boolean mayHaveBeenHandled() {
        return mayHaveBeenHandled;
    }
}
