/**
 * The id exchange on a new stream: the client's half and the server's (docs/protocol.md). Internal, and public only for the
 * other packages of {@code io.quicpool.core}.
 */
@NullMarked
package io.quicpool.core.exchange;

import org.jspecify.annotations.NullMarked;
