package io.quicpool.transport.kwik;

import java.util.Collections;
import java.util.Map;
import tech.kwik.core.cid.ConnectionIdInfo;
import tech.kwik.core.cid.ConnectionIdManager;
import tech.kwik.core.cid.ConnectionIdStatus;
import tech.kwik.core.frame.NewConnectionIdFrame;
import tech.kwik.core.frame.RetireConnectionIdFrame;
import tech.kwik.core.packet.QuicPacket;

/**
 * Removes the connection ids that both sides have retired. kwik keeps all that there ever were, and searches them for each packet. Only for
 * the thread that processes the connection's packets.
 */
final class ConnectionIds {

    private final ConnectionIdManager ids;

    ConnectionIds(ConnectionIdManager ids) {
        this.ids = ids;
    }

    /** Before kwik processes a packet: an id may be retired again by a retransmitted frame. kwik would fail, as the id was removed. */
    void removeUnknown(QuicPacket packet) {
        packet.getFrames().removeIf(each -> each instanceof RetireConnectionIdFrame retired && isRemoved(retired));
    }

    private boolean isRemoved(RetireConnectionIdFrame retired) {
        Map<Integer, ConnectionIdInfo> own = ids.getAllConnectionIds();
        return !own.containsKey(retired.getSequenceNr()) && retired.getSequenceNr() < Collections.max(own.keySet());
    }

    /** After kwik has processed a packet. */
    void removeRetired(QuicPacket packet) {
        boolean changed = packet.getFrames().stream()
                .anyMatch(each -> each instanceof NewConnectionIdFrame || each instanceof RetireConnectionIdFrame);
        if (changed) {
            Map<Integer, ConnectionIdInfo> own = ids.getAllConnectionIds();
            // The largest stays: kwik derives the next sequence number from it.
            int largest = Collections.max(own.keySet());
            own.values().removeIf(each -> each.getSequenceNumber() != largest && isRetired(each));
            if (ids.getCurrentPeerConnectionId().length > 0) {
                ids.getAllPeerConnectionIds().values().removeIf(ConnectionIds::isRetired);
            }
        }
    }

    private static boolean isRetired(ConnectionIdInfo id) {
        return id.getConnectionIdStatus() == ConnectionIdStatus.RETIRED;
    }

    /** How many of its own are kept; for tests. */
    int own() {
        return ids.getAllConnectionIds().size();
    }

    /** How many of the peer's are kept; for tests. */
    int peers() {
        return ids.getAllPeerConnectionIds().size();
    }
}
