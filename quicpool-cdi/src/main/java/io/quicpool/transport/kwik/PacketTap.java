package io.quicpool.transport.kwik;

import io.quicpool.config.Printable;
import java.lang.System.Logger.Level;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.QuicPacket;

/**
 * Sees every packet that a connection receives. It is kwik's logger, which kwik calls just before it processes the frames. There is no
 * other way to learn that a stream has data, was reset or has ended without a thread that reads it.
 */
abstract class PacketTap extends NullLogger {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");
    private static final int MAX_LOGGED = 1000;

    /** The connection whose packets the calling thread processes; null while it is being established. */
    abstract @Nullable KwikConnection connection();

    @Override
    public void received(Instant time, int datagram, QuicPacket packet) {
        KwikConnection connection = connection();
        if (connection != null) {
            connection.received(packet);
        }
    }

    // Just before the frames in it are parsed.
    @Override
    public void decrypted(String what, byte[] data) {
        FrameLengths.decrypted(what, data);
    }

    static boolean closes(QuicPacket packet) {
        return packet.getFrames().stream().anyMatch(ConnectionCloseFrame.class::isInstance);
    }

    // Messages of kwik may quote the peer, and are for debugging only.
    @Override
    public void error(String message) {
        LOG.log(Level.DEBUG, () -> Printable.said(message, MAX_LOGGED));
    }

    @Override
    public void error(String message, Throwable error) {
        LOG.log(Level.DEBUG, () -> Printable.said(message + ": " + error, MAX_LOGGED));
    }

    @Override
    public void warn(String message) {
        LOG.log(Level.TRACE, () -> Printable.said(message, MAX_LOGGED));
    }
}
