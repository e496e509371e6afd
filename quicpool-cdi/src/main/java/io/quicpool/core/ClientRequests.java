package io.quicpool.core;

import io.quicpool.ClientPool;
import io.quicpool.RequestException;
import io.quicpool.core.requests.Requests;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/** The requests of a client pool, which a group of pools sends in the same way. */
interface ClientRequests extends ClientPool {

    Requests requests();

    @Override
    default CompletionStage<byte[]> request(byte[] request, Duration timeout) {
        return requests().send(request, 0, request.length, Objects.requireNonNull(timeout, "timeout"));
    }

    @Override
    default CompletionStage<byte[]> request(ByteBuffer request, Duration timeout) {
        return requests().send(request, Objects.requireNonNull(timeout, "timeout"));
    }

    @Override
    default byte[] requestBlocking(byte[] request, Duration timeout) throws RequestException, InterruptedException {
        return requests().sendAndWait(request, Objects.requireNonNull(timeout, "timeout"));
    }
}
