package io.quicpool.core.streams;

import io.quicpool.transport.Connection;

/** Where a stream is to be opened for a request: on this connection, for this pool. */
public record Opening(PoolStreams streams, Connection connection) {}
