package io.quicpool.transport.kwik;

import io.quicpool.transport.gate.Coalesced;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import tech.kwik.core.impl.TransportError;
import tech.kwik.core.packet.DatagramFilter;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.server.impl.ServerConnectionProxy;

/**
 * Processes the datagrams of one connection, on a thread of its own. In place of kwik's ServerConnectionThread, which queues them without a
 * limit, and which leaves a connection whose first packet fails until the next datagram.
 */
final class ConnectionReceiver implements ServerConnectionProxy {

    /** Datagrams that may wait. More are dropped, as a network does. */
    private static final int MAX_QUEUED = 2048;

    /** The bytes that kwik reads of each datagram before it checks the length: flags and version. */
    private static final int MIN_LENGTH = 1 + Integer.BYTES;

    /** What happens to a datagram that is dropped. */
    interface Dropped {

        /** It came from an address that is not the connection's. */
        void moved(InetSocketAddress source);

        /** The queue is full. */
        void full(InetSocketAddress source);
    }

    private record Datagram(Instant received, ByteBuffer data) {}

    private final GatedConnection connection;
    private final InetSocketAddress client;
    private final Dropped dropped;
    private final BlockingQueue<Datagram> queue = new LinkedBlockingQueue<>(MAX_QUEUED);
    private final Thread thread;

    /** Starts the thread. It processes the first packets, then what is left of the last one's datagram. */
    ConnectionReceiver(
            GatedConnection connection,
            List<InitialPacket> first,
            ByteBuffer rest,
            PacketMetaData meta,
            String pool,
            Dropped dropped) {
        this.connection = connection;
        this.client = meta.sourceAddress();
        this.dropped = dropped;
        List<InitialPacket> packets = List.copyOf(first);
        this.thread = KwikThreads.start("quicpool-" + pool + "-connection", () -> run(packets, rest, meta));
    }

    @Override
    public byte[] getOriginalDestinationConnectionId() {
        return connection.getOriginalDestinationConnectionId();
    }

    @Override
    public void parsePackets(int number, Instant received, ByteBuffer data, InetSocketAddress source) {
        if (!client.equals(source)) {
            dropped.moved(source);
            return;
        }
        int first = Coalesced.firstHandshakeLength(data);
        boolean fits = add(received, data.slice(data.position(), first))
                // The rest of the datagram is processed separately, see Coalesced.
                && add(received, data.slice(data.position() + first, data.remaining() - first));
        if (!fits) {
            dropped.full(source);
        }
    }

    private boolean add(Instant received, ByteBuffer data) {
        return data.remaining() < MIN_LENGTH || queue.offer(new Datagram(received, data));
    }

    private void run(List<InitialPacket> first, ByteBuffer rest, PacketMetaData meta) {
        try {
            for (InitialPacket packet : first) {
                connection.getPacketProcessorChain().processPacket(packet, meta);
            }
            DatagramFilter chain = connection.datagramFilter();
            if (rest.remaining() >= MIN_LENGTH) {
                chain.processDatagram(rest.slice(), meta);
            }
            // Ends the connection if its first packet has failed.
            connection.datagramProcessed();
            while (true) {
                Datagram next = queue.take();
                connection.countReceived(next.data.remaining());
                chain.processDatagram(next.data, new PacketMetaData(next.received, client, 0));
            }
        } catch (TransportError e) {
            connection.connectionError(e);
        } catch (InterruptedException e) {
            // The end of this thread.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            connection.abortConnection(e);
        }
    }

    @Override
    public boolean isClosed() {
        return connection.isClosed();
    }

    @Override
    public void closeConnection() {
        connection.close();
    }

    /** Ends the thread of a connection that has ended. */
    @Override
    public void dispose() {
        thread.interrupt();
    }
}
