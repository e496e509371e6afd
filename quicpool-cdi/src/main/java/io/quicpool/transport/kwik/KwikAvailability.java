package io.quicpool.transport.kwik;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks that kwik can be used: all jars that it needs are there, its module opens its packages, and its version has all members that this
 * engine reaches by reflection. It refers to kwik's classes by name only, so that it can be loaded without them.
 */
final class KwikAvailability {

    private static final String KWIK = "tech.kwik:kwik:0.10.6";
    private static final String PREFIX = "tech.kwik.core.";

    /** Each jar with one of its classes. */
    private static final Map<String, String> JARS = new TreeMap<>(Map.of(
            KWIK,
            "tech.kwik.core.QuicConnection",
            "tech.kwik:agent15:3.1",
            "tech.kwik.agent15.TlsConstants",
            "at.favre.lib:hkdf:2.0.0",
            "at.favre.lib.hkdf.HKDF",
            "com.io7m.repackage.io.whitfin:io.whitfin.siphash:2.0.1",
            "io.whitfin.siphash.SipHasher"));

    /** The packages of kwik's module that this engine uses and that the module exports to nobody. */
    static final List<String> PACKAGES = List.of(
            "ack",
            "cid",
            "common",
            "crypto",
            "frame",
            "impl",
            "packet",
            "receive",
            "send",
            "server.impl",
            "stream",
            "tls");

    private KwikAvailability() {}

    /** Says what is missing, and what helps; null when nothing is. */
    static @Nullable String problem() {
        List<String> missing = JARS.entrySet().stream()
                .filter(jar -> !present(jar.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        if (!missing.isEmpty()) {
            return "not all jars that kwik needs are on the class path: add " + String.join(" and ", missing);
        }
        String closed = closedPackages();
        return closed == null ? Members.PROBLEM : closed;
    }

    private static boolean present(String type) {
        try {
            load(type);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private static Class<?> load(String type) throws ClassNotFoundException {
        return Class.forName(type, false, KwikAvailability.class.getClassLoader());
    }

    // On the class path everything is open.
    private static @Nullable String closedPackages() {
        Module ours = KwikAvailability.class.getModule();
        try {
            Module kwik = load(PREFIX + "QuicConnection").getModule();
            // Our module requires no engine, so that kwik may be on the class path.
            ours.addReads(kwik);
            ours.addReads(load("tech.kwik.agent15.TlsConstants").getModule());
            String to = ours.isNamed() ? ours.getName() : "ALL-UNNAMED";
            String options = PACKAGES.stream()
                    .filter(each -> !kwik.isOpen(PREFIX + each, ours))
                    .map(each -> "--add-opens " + kwik.getName() + "/" + PREFIX + each + "=" + to)
                    .collect(Collectors.joining(" "));
            return options.isEmpty()
                    ? null
                    : "kwik is on the module path and closes its packages: put it on the class path, or add to the command"
                            + " line: " + options;
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Found once: a class that has failed to initialize does not say why the second time. */
    private static final class Members {

        static final @Nullable String PROBLEM = problem();

        private static @Nullable String problem() {
            try {
                KwikMembers.find();
                return null;
            } catch (LinkageError e) {
                return "this version of kwik cannot be used, use " + KWIK + " (" + e.getMessage() + ")";
            }
        }
    }
}
