/**
 * From MicroProfile Config to the settings of pools: {@link io.quicpool.settings.SettingsReader} reads all pools and collects all
 * problems. The table of properties is {@link io.quicpool.config.PoolOptions}.
 */
@NullMarked
package io.quicpool.settings;

import org.jspecify.annotations.NullMarked;
