package io.quicpool.it.aioquic;

import java.util.List;

/**
 * An attack of {@code python/attack.py}.
 *
 * @param name its method there
 * @param cut whether a server must count some of it as refused. Otherwise it costs what honest traffic of as many
 *     packets costs
 * @param seen a regular expression for what the attacker saw
 * @param guarded whether it is for the server with Retry, which asks for certificates where the engine can
 */
record Attack(String name, boolean cut, String seen, boolean guarded) {

    private static final String ANYTHING = "(?!failed ).*";

    /** The attacks that both engines withstand. */
    static final List<Attack> ALL = List.of(
            // before the address is validated or the handshake is complete
            harmless("early_data"),
            harmless("early_data_read", "tickets 0, answered True|.*early False, answered True"),
            harmless("moves", "before True, after False"),
            harmless("handshakes"),
            harmless("closed_handshakes"),
            harmless("versions"),
            cut("other_addresses", ".*answered True.*"),
            harmless("parameters", "not served none"),
            harmless("names"),
            harmless("version_two", "connected True, answered True, .*"),
            guarded("retry_tokens", "retried True, accepted 0, answered True"),
            guarded("certificate_chains"),
            harmless("many_parameters"),
            // streams
            harmless("reset_streams"),
            harmless("reset_begun_streams"),
            harmless("churned_streams"),
            harmless("silent_streams"),
            harmless("unread_answers"),
            harmless("untaken_answers", "asked [12]?\\d{3}, .*"),
            harmless("gaps_in_streams"),
            harmless("empty_stream_frames"),
            harmless("stop_sending"),
            harmless("one_byte_holes"),
            harmless("overlapping_pieces"),
            harmless("empty_ends"),
            harmless("half_ends"),
            harmless("dripped_windows"),
            cut("other_ends"),
            harmless("no_hellos"),
            harmless("no_room_for_ids"),
            cut("far_offsets"),
            cut("streams_of_the_server"),
            cut("hellos"),
            // frames without flow control
            cut("crypto_messages"),
            cut("crypto_gaps"),
            cut("crypto_far_ahead"),
            harmless("new_tokens", ".*closed (?!no).*"),
            harmless("new_connection_ids"),
            harmless("retired_connection_ids"),
            harmless("path_challenges"),
            harmless("blocked"),
            harmless("pings"),
            harmless("acknowledgements"),
            harmless("windows"),
            harmless("huge_windows"),
            cut("lying_lengths"),
            cut("frames_of_servers"),
            harmless("ack_ranges"),
            harmless("packet_gaps"),
            harmless("replayed_packets", ".*answered True.*"),
            cut("unknown_frames"),
            harmless("far_connection_ids"),
            harmless("key_updates"),
            harmless("forced_key_updates"),
            cut("far_retired_ids"),
            // text
            harmless("close_reason"),
            // They use up the limit for handshakes for a while.
            harmless("hello_pieces"),
            harmless("handshake_acks", "begun 60"),
            harmless("huge_tokens"),
            cut("slow_handshakes"));

    /** Also one that is not withstood. */
    static Attack named(String name) {
        return ALL.stream().filter(each -> each.name.equals(name)).findFirst().orElseGet(() -> harmless(name));
    }

    private static Attack cut(String name) {
        return cut(name, ANYTHING);
    }

    private static Attack cut(String name, String seen) {
        return new Attack(name, true, seen, false);
    }

    private static Attack harmless(String name) {
        return harmless(name, ANYTHING);
    }

    private static Attack harmless(String name, String seen) {
        return new Attack(name, false, seen, false);
    }

    private static Attack guarded(String name) {
        return guarded(name, ANYTHING);
    }

    private static Attack guarded(String name, String seen) {
        return new Attack(name, false, seen, true);
    }

    @Override
    public String toString() {
        return name;
    }
}
