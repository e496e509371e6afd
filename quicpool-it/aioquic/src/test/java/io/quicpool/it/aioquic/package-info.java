/** Peers over aioquic, a QUIC stack in Python: an honest one, and an attacker. */
@NullMarked
package io.quicpool.it.aioquic;

import org.jspecify.annotations.NullMarked;
