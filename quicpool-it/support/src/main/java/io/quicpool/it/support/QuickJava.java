package io.quicpool.it.support;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The JVMs that tests start. They end before the optimizing compiler pays, and start in half of the processor time without it. */
public final class QuickJava {

    /** The quick compiler has as much room for code as both together would have. */
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
