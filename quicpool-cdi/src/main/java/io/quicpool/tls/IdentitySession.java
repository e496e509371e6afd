package io.quicpool.tls;

import java.lang.reflect.Proxy;
import javax.net.ssl.SSLSession;

/** The session of an {@link IdentityEngine}. It has the peer's host and the protocol TLS 1.3 only. */
final class IdentitySession {

    private IdentitySession() {}

    static SSLSession of(String host) {
        return (SSLSession) Proxy.newProxyInstance(
                SSLSession.class.getClassLoader(),
                new Class<?>[] {SSLSession.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getPeerHost" -> host;
                    case "getProtocol" -> "TLSv1.3";
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
