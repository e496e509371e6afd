package io.quicpool.it.peer;

import io.quicpool.config.ConfigException;
import io.quicpool.config.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations on the command line, in the forms of the library. */
final class DurationConverter implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String text) {
        try {
            return Durations.parse("duration", text);
        } catch (ConfigException e) {
            throw new TypeConversionException("'" + text + "' " + e.allowed());
        }
    }
}
