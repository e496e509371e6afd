package io.quicpool.transport.kwik;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks that all jars that kwik needs are on the class path: an application that is packed by hand may lack some. It refers to their
 * classes by name only, so that it can be loaded without them.
 */
final class KwikAvailability {

    /** Each jar with one of its classes. */
    private static final Map<String, String> JARS = new TreeMap<>(Map.of(
            "tech.kwik:kwik:0.10.6", "tech.kwik.core.QuicConnection",
            "tech.kwik:agent15:3.1", "tech.kwik.agent15.TlsConstants",
            "at.favre.lib:hkdf:2.0.0", "at.favre.lib.hkdf.HKDF",
            "com.io7m.repackage.io.whitfin:io.whitfin.siphash:2.0.1", "io.whitfin.siphash.SipHasher"));

    private KwikAvailability() {}

    /** Says what is missing; null when nothing is. */
    static @Nullable String problem() {
        List<String> missing = JARS.entrySet().stream()
                .filter(jar -> !present(jar.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        return missing.isEmpty()
                ? null
                : "not all jars that kwik needs are on the class path: add " + String.join(" and ", missing);
    }

    private static boolean present(String type) {
        try {
            Class.forName(type, false, KwikAvailability.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
