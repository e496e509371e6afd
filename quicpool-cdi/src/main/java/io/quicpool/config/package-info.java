/**
 * The settings of pools: immutable records that are checked when they are made, and builders with the defaults. A setting that cannot be
 * used is refused with a {@link io.quicpool.config.ConfigException} before anything is opened.
 */
@NullMarked
package io.quicpool.config;

import org.jspecify.annotations.NullMarked;
