/**
 * What a server does about strangers before they cost an engine anything, for every engine alike. Internal.
 */
@NullMarked
package io.quicpool.transport.gate;

import org.jspecify.annotations.NullMarked;
