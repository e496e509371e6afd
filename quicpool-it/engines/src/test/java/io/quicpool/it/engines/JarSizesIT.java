package io.quicpool.it.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The sizes in README, of the jars and of what they bring along. */
class JarSizesIT {

    private static double megabytes(String... classes) throws Exception {
        long bytes = 0;
        for (String name : classes) {
            bytes += Files.size(Path.of(Class.forName(name)
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI()));
        }
        return bytes / 1e6;
    }

    private static List<Double> written(String jar) throws Exception {
        Matcher row = Pattern.compile("^\\| `" + jar + "`.*$", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("../README.md")));
        assertThat(row.find()).as(jar).isTrue();
        return Pattern.compile("([0-9.]+) MB")
                .matcher(row.group())
                .results()
                .map(size -> Double.valueOf(size.group(1)))
                .toList();
    }

    @Test
    void ofTheLibrary() throws Exception {
        List<Double> written = written("quicpool-cdi");
        assertThat(written.get(0)).isCloseTo(megabytes("io.quicpool.QuicPools"), withinPercentage(20));
        assertThat(written.get(1))
                .isCloseTo(
                        megabytes(
                                "tech.kwik.core.QuicConnection",
                                "tech.kwik.agent15.TlsConstants",
                                "at.favre.lib.hkdf.HKDF",
                                "io.whitfin.siphash.SipHasher"),
                        withinPercentage(20));
    }

    @Test
    void ofTheEngineNetty() throws Exception {
        assertThat(written("quicpool-netty")).singleElement().satisfies(size -> assertThat(size)
                .isCloseTo(megabytes("io.quicpool.transport.netty.NettyTransport"), withinPercentage(20)));
    }
}
