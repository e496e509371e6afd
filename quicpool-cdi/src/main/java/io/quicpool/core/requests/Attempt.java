package io.quicpool.core.requests;

import io.quicpool.RequestFailedException;
import io.quicpool.RequestLostException;
import io.quicpool.RequestRefusedException;
import io.quicpool.RequestTimeoutException;
import io.quicpool.RequestTooLargeException;
import io.quicpool.StreamErrors;
import io.quicpool.config.Endpoint;
import io.quicpool.config.Printable;
import io.quicpool.core.streams.Hello;
import io.quicpool.core.streams.Lease;
import io.quicpool.core.streams.WholeMessage;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a {@link RequestCall}: writes the request on a stream, and reads the answer at the same time, because the peer may answer
 * before it has read everything.
 *
 * <pre>
 * NEW --first write--&gt; SENDING --FIN--&gt; SENT
 *   \-----failed, ended--------------------&gt; UNSENT
 * </pre>
 *
 * <p>In UNSENT nothing was written. Only from there, or when the peer says so, is the request known to have reached no handler.
 */
final class Attempt implements WholeMessage.Receiver {

    private enum State {
        NEW,
        SENDING,
        SENT,
        UNSENT
    }

    private final RequestCall call;
    private final Lease lease;
    private final EngineStream stream;
    private final boolean opens;
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
    private final AtomicBoolean failed = new AtomicBoolean();

    /**
     * Makes one that has sent nothing.
     *
     * @param opens whether the stream is new and gets no id: its hello goes first
     */
    Attempt(RequestCall call, Lease lease, boolean opens) {
        this.opens = opens;
        this.call = call;
        this.lease = lease;
        this.stream = lease.slot().stream();
    }

    /** Reads and writes from now on. Does not block. */
    void begin() {
        new WholeMessage(stream, call.requests().maxAnswer(), this).start();
        if (call.length() <= Lease.MAX_UNBLOCKED) {
            send();
        } else {
            call.requests().work(this::send);
        }
    }

    private void send() {
        try {
            // Throws if the stream has ended meanwhile.
            stream.output().flush();
        } catch (IOException e) {
            failed(e);
            return;
        }
        if (!state.compareAndSet(State.NEW, State.SENDING)) {
            return;
        }
        try {
            write();
            state.set(State.SENT);
        } catch (IOException e) {
            // The read ends too, and says why. Or the peer has answered without reading the rest.
        }
    }

    private void write() throws IOException {
        if (!opens) {
            stream.writeLast(call.bytes(), call.offset(), call.length());
        } else if (call.length() <= Lease.MAX_UNBLOCKED) {
            // All in one frame.
            byte[] all = new byte[1 + call.length()];
            all[0] = Hello.REQUEST;
            System.arraycopy(call.bytes(), call.offset(), all, 1, call.length());
            stream.writeLast(all, 0, all.length);
        } else {
            stream.output().write(Hello.REQUEST);
            stream.writeLast(call.bytes(), call.offset(), call.length());
        }
    }

    /** Ends it at once. Returns whether something was written. */
    boolean end(long code) {
        boolean unsent = isUnsent();
        lease.reset(code);
        return !unsent;
    }

    /** The time is over: ends it, as a failure of the target if something was written. Returns whether something was. */
    boolean timedOut() {
        if (!isUnsent()) {
            lease.slot().markFailed();
        }
        return end(StreamErrors.CANCELLED);
    }

    private boolean isUnsent() {
        return state.compareAndSet(State.NEW, State.UNSENT) || state.get() == State.UNSENT;
    }

    // ---- the answer, on a thread of the engine

    @Override
    public void received(byte[] answer) {
        if (isUnsent()) {
            // An idle stream that the peer has ended.
            failed(new IOException("the peer ended the stream"));
            return;
        }
        if (state.get() == State.SENT) {
            lease.close();
        } else {
            // A FIN would make the peer believe that it has the whole request.
            lease.reset(StreamErrors.CANCELLED);
        }
        call.answered(answer);
    }

    @Override
    public void tooLarge() {
        lease.reset(StreamErrors.TOO_LARGE);
        call.fail(new RequestTooLargeException(
                message("the answer has more than " + call.requests().maxAnswer() + " bytes (max-request-bytes)", null),
                true,
                null));
    }

    @Override
    public void failed(IOException cause) {
        // The read and the first write may both fail.
        if (!failed.compareAndSet(false, true)) {
            return;
        }
        boolean unsent = isUnsent();
        boolean endedHere = !lease.slot().isTaken();
        long code = stream.peerError();
        lease.reset(StreamErrors.RETIRED);
        if (endedHere) {
            // By the pool, unless the call is decided.
            call.fail(new RequestLostException(message("the pool was closed", cause), !unsent, cause));
        } else if (unsent) {
            call.repeat(false, new RequestRefusedException(message("the stream has ended", cause), cause));
        } else {
            failedBy(code, cause);
        }
    }

    private void failedBy(long code, IOException cause) {
        if (code == StreamErrors.HANDLER_BUSY) {
            call.repeat(true, new RequestRefusedException(message("no handler of the peer is free", null), cause));
        } else if (code == StreamErrors.CLOSING) {
            call.repeat(false, new RequestRefusedException(message("the peer closes", null), cause));
        } else if (code == StreamErrors.HANDLER_FAILED) {
            call.fail(new RequestFailedException(message("the handler of the peer failed", null), true, cause));
        } else if (code == StreamErrors.TOO_LARGE) {
            call.fail(new RequestTooLargeException(
                    message(
                            "the peer does not accept a request of " + call.length() + " bytes (max-request-bytes)",
                            null),
                    false,
                    cause));
        } else if (code == StreamErrors.TOO_SLOW) {
            call.fail(new RequestTimeoutException(
                    message("the peer waited too long for the request", null), true, cause));
        } else {
            call.fail(new RequestLostException(message("no answer", cause), true, cause));
        }
    }

    private String message(String what, @Nullable IOException cause) {
        return call.message(Endpoint.text(lease.remoteAddress()) + ": " + what
                + (cause == null ? "" : ": " + Printable.said(String.valueOf(cause.getMessage()), 200)));
    }
}
