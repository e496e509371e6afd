/** What the pictures of JConsole show: two pools with their MXBeans, and bounds that are changed over JMX. */
@NullMarked
package io.quicpool.it.jconsole;

import org.jspecify.annotations.NullMarked;
