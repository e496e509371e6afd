package io.quicpool;

import java.net.InetSocketAddress;

/** A request that a {@link RequestHandler} answers. Thread-safe. */
public interface Request {

    /**
     * All bytes of the request, at least one.
     *
     * @return always the same array; it belongs to the handler
     */
    byte[] bytes();

    /** The address of the client, as it was when the connection was made. */
    InetSocketAddress remoteAddress();

    /** The TLS session of the connection: version, cipher suite and certificates. */
    TlsSession tlsSession();
}
