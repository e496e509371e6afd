package io.quicpool.jmx;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** How addresses are shown: never a name that would have to be looked up. */
final class Addresses {

    private Addresses() {}

    static String text(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        if (ip == null) {
            return address.getHostString() + ":" + address.getPort();
        }
        String host = ip.getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
