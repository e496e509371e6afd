package io.quicpool.jfr;

import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingControl;
import jdk.jfr.SettingDefinition;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The events of pools for the flight recorder. An event is recorded at the end of what it describes. Frequent ones are off by default. */
final class PoolEvents {

    private PoolEvents() {}

    @Category("quicpool")
    @StackTrace(false)
    abstract static class PoolEvent extends Event {

        @Label("Pool")
        @Description("Kind and name of the pool")
        String pool;

        PoolEvent(String pool) {
            this.pool = pool;
        }
    }

    @Name("quicpool.StreamWait")
    @Label("Wait for a Stream")
    @Description("A caller has waited for a stream")
    static final class StreamWait extends PoolEvent {

        @Label("Wait Time")
        @Timespan(Timespan.NANOSECONDS)
        long waitTime;

        @Label("End")
        @Description("SERVED, TIMED_OUT, INTERRUPTED, CANCELLED or CLOSED")
        String end;

        StreamWait(String pool, long waitTime, String end) {
            super(pool);
            this.waitTime = waitTime;
            this.end = end;
        }

        @Name("minimum")
        @Label("Minimum")
        @Description("Shorter waits of callers that got a stream are not recorded")
        @SettingDefinition
        boolean isLongEnough(Minimum minimum) {
            return !end.equals("SERVED") || minimum.allows(waitTime);
        }
    }

    @Name("quicpool.StreamOpen")
    @Label("Opening of a Stream")
    @Description("A stream was opened and has its id")
    @Enabled(false)
    static final class StreamOpen extends PoolEvent {

        @Label("Open Time")
        @Timespan(Timespan.NANOSECONDS)
        long openTime;

        StreamOpen(String pool, long openTime) {
            super(pool);
            this.openTime = openTime;
        }
    }

    @Name("quicpool.StreamUse")
    @Label("Use of a Stream")
    @Description("A stream was in use and has ended")
    @Enabled(false)
    static final class StreamUse extends PoolEvent {

        @Label("Use Time")
        @Timespan(Timespan.NANOSECONDS)
        long useTime;

        @Label("End")
        @Description("CLOSED, RESET, LOST or LEAKED")
        String end;

        StreamUse(String pool, long useTime, String end) {
            super(pool);
            this.useTime = useTime;
            this.end = end;
        }
    }

    @Name("quicpool.StreamLeak")
    @Label("Leaked Stream")
    @Description("A stream was not closed: in use for too long, or garbage and then reset by the pool")
    static final class StreamLeak extends PoolEvent {

        @Label("Age")
        @Description("How long ago it was taken")
        @Timespan(Timespan.NANOSECONDS)
        long age;

        StreamLeak(String pool, long age) {
            super(pool);
            this.age = age;
        }
    }

    @Name("quicpool.StreamEviction")
    @Label("Eviction of a Stream")
    @Description("An idle stream was evicted")
    static final class StreamEviction extends PoolEvent {

        @Label("Reason")
        String reason;

        StreamEviction(String pool, String reason) {
            super(pool);
            this.reason = reason;
        }
    }

    @Name("quicpool.Connection")
    @Label("Connection")
    @Description("A connection was made or lost, or an attempt to connect has failed")
    static final class Connection extends PoolEvent {

        @Label("State")
        @Description("connected, lost or failed")
        String state;

        @Label("Peer")
        @Description("The address of the peer; empty when an attempt has failed, whose reason has it")
        String peer;

        @Label("Reason")
        String reason;

        Connection(String pool, String state, String peer, String reason) {
            super(pool);
            this.state = state;
            this.peer = peer;
            this.reason = reason;
        }
    }

    @Name("quicpool.BoundsChange")
    @Label("Change of Bounds")
    @Description("The bounds of capacity or interval were changed")
    static final class BoundsChange extends PoolEvent {

        @Label("Bounds")
        @Description("capacity or interval")
        String bounds;

        @Label("Before")
        String before;

        @Label("Now")
        String now;

        BoundsChange(String pool, String bounds, String before, String now) {
            super(pool);
            this.bounds = bounds;
            this.before = before;
            this.now = now;
        }
    }

    @Name("quicpool.Refusal")
    @Label("Refusal")
    @Description("A stream, connection, datagram or caller was refused")
    @Enabled(false)
    static final class Refusal extends PoolEvent {

        @Label("Reason")
        String reason;

        Refusal(String pool, String reason) {
            super(pool);
            this.reason = reason;
        }
    }

    /** A shortest time. Not the recorder's threshold, which needs an event to begin before the wait. */
    static final class Minimum extends SettingControl {

        private static final String DEFAULT = "10 ms";

        private volatile String text = DEFAULT;
        private volatile long nanos = nanos(DEFAULT);

        boolean allows(long time) {
            return time >= nanos;
        }

        // Milliseconds, with or without the unit. Anything else is the default.
        private static long nanos(String value) {
            String number = value.replaceFirst(" *ms$", "").strip();
            return TimeUnit.MILLISECONDS.toNanos(number.matches("\\d{1,9}") ? Long.parseLong(number) : 10);
        }

        // Several recordings may want different ones.
        @Override
        public String combine(Set<String> values) {
            return values.stream().min(Comparator.comparingLong(Minimum::nanos)).orElse(DEFAULT);
        }

        @Override
        public void setValue(String value) {
            text = value;
            nanos = nanos(value);
        }

        @Override
        public String getValue() {
            return text;
        }
    }
}
