package io.quicpool.it.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions that the build has used, from versions.properties. */
final class Versions {

    private Versions() {}

    static String of(String what) {
        try (InputStream in = Versions.class.getResourceAsStream("/io/quicpool/it/bench/versions.properties")) {
            Properties all = new Properties();
            all.load(in);
            return all.getProperty(what, "?");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
