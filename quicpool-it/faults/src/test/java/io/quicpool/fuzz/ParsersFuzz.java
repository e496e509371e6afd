package io.quicpool.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.quicpool.config.AddressRange;
import io.quicpool.config.ConfigException;
import io.quicpool.config.Durations;
import io.quicpool.config.Endpoint;
import io.quicpool.config.Fingerprint;
import io.quicpool.config.TlsMode;
import java.time.Duration;
import java.util.function.Function;

/** A parser of settings accepts any text and can read its own output, or refuses it in one line. */
public final class ParsersFuzz {

    private ParsersFuzz() {}

    /** One run. */
    public static void fuzzerTestOneInput(FuzzedDataProvider data) {
        int which = data.consumeInt(0, 4);
        String text = data.consumeRemainingAsString();
        switch (which) {
            case 0 -> takesOrRefuses(text, given -> Durations.parse("interval", given), ParsersFuzz::written);
            case 1 -> takesOrRefuses(text, given -> Endpoint.parse("target", given), Endpoint::toString);
            case 2 -> takesOrRefuses(text, given -> AddressRange.parse("client-ip", given), AddressRange::toString);
            case 3 -> takesOrRefuses(text, given -> Fingerprint.parse("fingerprint", given), Fingerprint::toString);
            default -> takesOrRefuses(text, TlsMode::parse, TlsMode::text);
        }
    }

    private static String written(Duration duration) {
        return Durations.text(duration);
    }

    private static <T> void takesOrRefuses(String text, Function<String, T> parser, Function<T, String> writer) {
        T value;
        try {
            value = parser.apply(text);
        } catch (ConfigException refused) {
            Messages.check(refused);
            return;
        }
        T again = parser.apply(writer.apply(value));
        if (!again.equals(value)) {
            throw new AssertionError(value + " is written as " + writer.apply(value) + ", which is read as " + again);
        }
    }
}
