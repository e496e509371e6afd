package io.quicpool.tls;

import io.quicpool.config.Printable;
import java.net.IDN;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Checks a certificate against a host name by RFC 9525, section 6: one of its alternative names must be that name, or have a wildcard as
 * its first label. The JDK's own check is laxer: without alternative names it accepts the common name, and it accepts a wildcard that
 * is only part of a label.
 */
final class HostNames {

    /** The type of a DNS name among the alternative names (RFC 5280, section 4.2.1.6). */
    private static final Integer DNS_NAME = 2;

    private static final int MAX_SHOWN = 200;

    private HostNames() {}

    static void check(String host, X509Certificate certificate) throws CertificateException {
        List<String> names = names(certificate);
        if (names.isEmpty()) {
            throw new CertificateException(
                    "No subject alternative DNS name: the common name of a certificate does not count (RFC 9525)");
        }
        String wanted = canonical(host);
        if (names.stream().noneMatch(name -> matches(wanted, canonical(name)))) {
            throw new CertificateException("No subject alternative DNS name matching " + host + " found, only "
                    + Printable.said(String.join(", ", names), MAX_SHOWN));
        }
    }

    private static List<String> names(X509Certificate certificate) throws CertificateException {
        List<String> names = new ArrayList<>();
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (List<?> each : alternatives) {
                if (DNS_NAME.equals(each.get(0))) {
                    names.add(String.valueOf(each.get(1)));
                }
            }
        }
        return names;
    }

    // Certificates hold names that are not ASCII as A-labels (RFC 5890).
    private static String canonical(String name) {
        String ascii;
        try {
            ascii = IDN.toASCII(name);
        } catch (IllegalArgumentException notAName) {
            ascii = name;
        }
        return ascii.toLowerCase(Locale.ROOT);
    }

    static boolean matches(String host, String name) {
        if (name.indexOf('*') < 0) {
            return host.equals(name);
        }
        int dot = host.indexOf('.');
        return name.startsWith("*.")
                && name.lastIndexOf('*') == 0
                && dot > 0
                && host.substring(dot).equals(name.substring(1));
    }
}
