/** What the pictures of JConsole show: two pools with their MXBeans, whose bounds change over JMX. */
@NullMarked
package io.quicpool.it.jconsole;

import org.jspecify.annotations.NullMarked;
