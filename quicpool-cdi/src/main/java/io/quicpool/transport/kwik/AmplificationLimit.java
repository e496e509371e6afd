package io.quicpool.transport.kwik;

import tech.kwik.core.send.SenderImpl;

/**
 * How much a server may send before the client's address is validated (RFC 9000, section 8.1). kwik counts in a method
 * that it does not publish. For the thread that processes the client's packets.
 */
final class AmplificationLimit {

    // RFC 9000, sections 8.1 and 14.1.
    private static final int MAX_AMPLIFICATION = 3;
    private static final int MIN_FIRST_DATAGRAM = 1200;

    private final SenderImpl sender;
    private int bytesReceived;
    private boolean validated;

    AmplificationLimit(SenderImpl sender) {
        this.sender = sender;
    }

    /** A datagram after the first has come. */
    void received(int bytes) {
        if (!validated) {
            bytesReceived += bytes;
            sender.setAntiAmplificationLimit(MAX_AMPLIFICATION * (MIN_FIRST_DATAGRAM + bytesReceived));
        }
    }

    void validated() {
        validated = true;
        sender.unsetAntiAmplificationLimit();
    }
}
