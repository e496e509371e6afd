package io.quicpool;

import java.util.concurrent.CompletionStage;

/** Answers the requests of clients, see {@link ServerPool#answer}. */
@FunctionalInterface
public interface RequestHandler {

    /**
     * Answers one request: at once, with {@code CompletableFuture.completedFuture(answer)}, or later. May block. The client gets
     * {@link RequestFailedException} when this throws, or when the stage fails, or when the stage or the answer is null.
     *
     * <p>If the client gives up first, the pool calls {@code cancel(false)} on the stage. So requests must not share one: return
     * {@code shared.thenApply(answer -> answer)} instead.
     *
     * @param request has arrived whole
     * @return completed with the bytes of the answer, maybe none; they must not be changed after that
     * @throws Exception when the request cannot be answered; logged as a warning
     */
    CompletionStage<byte[]> answer(Request request) throws Exception;
}
