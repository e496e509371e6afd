package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.StreamId;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.PoolLabel;
import io.quicpool.core.exchange.IdRequest;
import io.quicpool.core.exchange.RequestConnections;
import io.quicpool.core.report.Reason;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The client's half of the id exchange against a server that does anything. */
public final class IdRequestFuzz {

    private IdRequestFuzz() {}

    /** One run. */
    public static void fuzzerTestOneInput(byte[] input) {
        new Client(new Script(input)).run();
    }

    private static final class Client extends Exchange {

        private final ClientSide pool = new ClientSide();
        private int asked;

        Client(Script script) {
            super(script);
            pool.lifecycle.start();
        }

        @Override
        CorePool pool() {
            return pool;
        }

        @Override
        Object exchange() {
            return pool.ids;
        }

        @Override
        void connect() {
            if (pool.lifecycleState() == PoolState.RUNNING) {
                ScriptedConnection connection = new ScriptedConnection(script);
                connections.add(connection);
                pool.connections.add(connection);
            }
        }

        @Override
        void open(ScriptedConnection connection) {
            // The pool opens streams only while it runs, but a call may have started before.
            if (pool.lifecycleState() == PoolState.RUNNING) {
                asked++;
                pool.ids.open(connection);
            }
        }

        @Override
        void lose(ScriptedConnection connection) {
            connection.lose();
            script.event(() -> pool.lost(connection));
        }

        @Override
        void answer(ScriptedStream stream) {
            stream.send((byte) 0, (byte) 0, (byte) 0, (byte) script.next(4));
        }

        @Override
        void own() {
            switch (script.next(3)) {
                case 0 -> pool.idleSweep.run(script.next(3));
                case 1 -> connections.get(script.next(connections.size())).answerOne(true);
                default -> connections.get(script.next(connections.size())).answerOne(false);
            }
        }

        @Override
        void checkRegistered(Slot slot, ScriptedStream stream) {
            hold(
                    slot.id().equals(StreamId.of(stream.firstReceived(StreamId.BYTES))),
                    "another id than the server gave: ",
                    slot);
            byte[] sent = stream.sent();
            hold(sent.length > 0 && sent[0] == 0, "not the hello: ", Arrays.toString(sent));
            hold(sent.length == 1 || slot.isTaken(), "more than the hello: ", Arrays.toString(sent));
        }

        @Override
        void checkCounts() {
            equal("asked for", asked, pool.metrics.opened() + pool.metrics.failed() + pool.intended + pool.opening());
        }
    }

    /**
     * A client pool without connections of its own and without a timer. It does what {@link CoreClientPool} does, when
     * the script says so.
     */
    private static final class ClientSide extends CorePool implements IdRequest.Owner {

        private final List<ScriptedConnection> connections = new ArrayList<>();
        private int intended;
        private final IdRequest ids =
                new IdRequest(streams, log, metrics, new RequestConnections(), Duration.ofHours(1), this);

        private static final ClientPoolConfig CONFIG =
                ClientPoolConfig.builder().target("fuzz:1").build();

        ClientSide() {
            super(PoolLabel.client("fuzz"), CONFIG, new PoolThreads("fuzz"));
        }

        @Override
        public ClientPoolConfig config() {
            return CONFIG;
        }

        void lost(ScriptedConnection connection) {
            connection.close(0, "lost");
            connections.remove(connection);
            streams.evictAll(connection);
            ids.lost(connection);
            connection.givenUp();
        }

        @Override
        public void verified(Connection connection) {}

        @Override
        public void delivered(Slot slot) {}

        @Override
        public void peerClosing(Connection connection) {}

        @Override
        public void failed(Connection connection, Throwable cause, boolean full) {
            metrics.error(cause);
        }

        @Override
        public void openingEvicted(Slot slot, Reason.Evicted reason) {
            intended += reason.isIntended() ? 1 : 0;
            ids.evicted(slot, reason);
        }

        @Override
        void evictOpening(int generation) {
            ids.evict(Reason.Evicted.FLUSHED, slot -> slot.isOlderThan(generation));
        }

        @Override
        public void replenish() {}

        @Override
        public void periodicCheck() {
            ids.sweep();
            idleSweep.run(CAPACITY);
        }

        private static final int CAPACITY = 4;

        @Override
        public boolean closeConnections(Duration timeout) {
            ids.evict(Reason.Evicted.CLOSED, slot -> true);
            List.copyOf(connections).forEach(connection -> connection.close(0, CloseReason.POOL_CLOSED));
            return true;
        }

        @Override
        String connectionText() {
            return "up";
        }

        @Override
        public List<Connection> connections() {
            return List.copyOf(connections);
        }

        @Override
        int opening() {
            return ids.opening();
        }

        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public int capacity() {
            return CAPACITY;
        }

        @Override
        public Duration interval() {
            return Duration.ZERO;
        }
    }
}
