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
 * Whether a certificate is for a host name as RFC 9525 has it, section 6: one of its alternative names is that name, or has a wildcard in the
 * place of its first label. The JDK's own check also takes the common name of a certificate without such names, and a wildcard
 * that is a part of a label.
 */
final class HostNames {

    /** The kind of alternative name (RFC 5280, section 4.2.1.6). */
    private static final Integer DNS_NAME = 2;

    private static final int SHOWN = 200;

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
                    + Printable.said(String.join(", ", names), SHOWN));
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

    // A name in letters that are not ASCII is in a certificate as its A-labels (RFC 5890).
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
