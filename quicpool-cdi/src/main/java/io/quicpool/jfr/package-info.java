/** What happens to pools, as events of the flight recorder (JDK Mission Control, {@code jfr}). An observer that is found as a service. */
@NullMarked
package io.quicpool.jfr;

import org.jspecify.annotations.NullMarked;
