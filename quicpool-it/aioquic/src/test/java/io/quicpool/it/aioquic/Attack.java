package io.quicpool.it.aioquic;

import java.util.List;

/**
 * An attack of {@code python/attack.py}.
 *
 * @param name its method there
 * @param cut whether a server has to cut it off: it counts something as refused, or closes the connection. What is not cut off costs
 *     what honest traffic of that many packets costs
 * @param seen what the attacker must have seen, a regular expression
 */
record Attack(String name, boolean cut, String seen) {

    /** All that hold on both engines. */
    static final List<Attack> ALL = List.of(
            harmless("churned_streams"),
            harmless("unread_answers"),
            harmless("gaps_in_streams"),
            harmless("empty_stream_frames"),
            harmless("stop_sending"),
            harmless("path_challenges"),
            harmless("retired_connection_ids"),
            harmless("blocked"),
            harmless("pings"),
            harmless("acknowledgements"),
            harmless("windows"),
            harmless("key_updates"),
            cut("slow_handshakes"));

    /** Also one that does not hold. */
    static Attack named(String name) {
        return ALL.stream().filter(each -> each.name.equals(name)).findFirst().orElseGet(() -> harmless(name));
    }

    static Attack cut(String name) {
        return new Attack(name, true, ".*");
    }

    static Attack cut(String name, String seen) {
        return new Attack(name, true, seen);
    }

    static Attack harmless(String name) {
        return new Attack(name, false, ".*");
    }

    static Attack harmless(String name, String seen) {
        return new Attack(name, false, seen);
    }

    @Override
    public String toString() {
        return name;
    }
}
