package io.quicpool.it.containers;

import javax.management.MBeanServerConnection;
import javax.management.ObjectName;

/** The heap of another process. */
final class Heap {

    private Heap() {}

    /** How many objects of this type can be reached: a histogram of the heap collects garbage first. */
    static long instances(MBeanServerConnection jmx, String type) {
        try {
            String histogram = (String) jmx.invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
            return histogram
                    .lines()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(words -> words.length >= 4 && words[3].equals(type))
                    .mapToLong(words -> Long.parseLong(words[1]))
                    .sum();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
