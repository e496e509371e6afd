/**
 * Decides whether a client accepts a server's certificate, for every engine alike. Internal.
 */
@NullMarked
package io.quicpool.tls;

import org.jspecify.annotations.NullMarked;
