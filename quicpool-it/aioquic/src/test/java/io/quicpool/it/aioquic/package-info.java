/** A peer over aioquic, a QUIC stack in Python: one that means well, and one that attacks. */
@NullMarked
package io.quicpool.it.aioquic;

import org.jspecify.annotations.NullMarked;
