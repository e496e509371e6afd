package io.quicpool.it.support;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The JVMs that tests start. They end before the optimizing compiler is worth its cost, and start in half the processor
 * time without it.
 */
public final class QuickJava {

    /** Gives the quick compiler as much memory for code as both compilers together would have. */
    public static final List<String> OPTIONS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=240m", "-XX:+UseSerialGC");

    private QuickJava() {}

    /** A command that can be extended: the JDK that runs the test, these options, then those given. */
    public static List<String> command(String... more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(List.of(more));
        return command;
    }
}
