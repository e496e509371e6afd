package io.quicpool.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A test that gets the name of each engine in turn. quicpool-it/engines runs it with the jars that are shipped. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Tag(EachEngine.TAG)
@ParameterizedTest
@MethodSource("io.quicpool.testing.Engines#names")
public @interface EachEngine {

    /** For tests that combine {@link Engines#names} with other arguments. */
    String TAG = "each-engine";
}
