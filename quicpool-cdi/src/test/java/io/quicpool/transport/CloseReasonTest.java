package io.quicpool.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The text for a close by the peer, which chooses the code and the reason. */
class CloseReasonTest {

    private static final int NO_APPLICATION_PROTOCOL = 0x178;

    @Test
    void withoutAnErrorThereIsNoCode() {
        assertThat(CloseReason.of(true, 0, "")).isEqualTo("closed by the peer");
        assertThat(CloseReason.of(true, 0, "going down")).isEqualTo("closed by the peer: going down");
    }

    @Test
    void anErrorHasItsCodeAndWhoseItIs() {
        assertThat(CloseReason.of(true, 7, "no")).isEqualTo("closed by the peer: no (application error 0x7)");
        assertThat(CloseReason.of(false, 2, " ")).isEqualTo("closed by the peer (transport error 0x2)");
        assertThat(CloseReason.of(false, 0x3fff_ffff_ffff_ffffL, ""))
                .isEqualTo("closed by the peer (transport error 0x3fffffffffffffff)");
    }

    @Test
    void aTlsAlertHasItsName() {
        assertThat(CloseReason.of(false, NO_APPLICATION_PROTOCOL, ""))
                .isEqualTo("closed by the peer (transport error 0x178, no application protocol in common)");
        assertThat(CloseReason.of(false, 0x1ff, ""))
                .isEqualTo("closed by the peer (transport error 0x1ff, TLS alert 255)");
        // Codes outside the range, and application codes, are no alerts.
        assertThat(CloseReason.of(true, NO_APPLICATION_PROTOCOL, ""))
                .isEqualTo("closed by the peer (application error 0x178)");
        assertThat(CloseReason.of(false, 0x200, "")).isEqualTo("closed by the peer (transport error 0x200)");
    }

    @Test
    void thePeersReasonIsOneShortLine() {
        String said = CloseReason.of(true, 1, "a\r\nb\u001b[2J" + "x".repeat(10_000));
        assertThat(said).startsWith("closed by the peer: a  b [2Jxxx").endsWith("x (application error 0x1)");
        assertThat(said.length()).isLessThan(300);
    }
}
