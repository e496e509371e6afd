/**
 * The settings of pools: immutable records that are checked once, when they are made, and builders that say the defaults.
 * Whatever cannot be used is refused with a {@link io.quicpool.config.ConfigException} before anything is opened.
 */
@NullMarked
package io.quicpool.config;

import org.jspecify.annotations.NullMarked;
