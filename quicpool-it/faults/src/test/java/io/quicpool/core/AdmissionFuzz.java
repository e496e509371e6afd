package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.StreamId;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.core.streams.Slot;
import io.quicpool.it.support.SelfSigned;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.Listener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;

/** The server's half of the id exchange, in a server pool, against clients that do anything. */
public final class AdmissionFuzz {

    private static final int CAPACITY = 4;
    private static final ServerPoolConfig CONFIG = ServerPoolConfig.builder()
            .name("fuzz")
            .listen("127.0.0.1:0")
            .certificate(SelfSigned.forLoopback("fuzz"))
            .maxCapacity(CAPACITY)
            .maxPendingHellos(6)
            .maxConnections(3)
            .helloTimeout(Duration.ofMinutes(10))
            .build();

    private AdmissionFuzz() {}

    /** One run. */
    public static void fuzzerTestOneInput(byte[] input) {
        new Server(new Script(input)).run();
    }

    private static final class Server extends Exchange {

        private final CoreServerPool pool = new CoreServerPool(CONFIG);
        private final Object admission = field(pool, "admission");
        private final Map<ScriptedConnection, ConnectionEvents> clients = new HashMap<>();
        private final Queue<Runnable> handling = new ArrayDeque<>();
        private boolean serves;
        private int largest = CAPACITY;

        Server(Script script) {
            super(script);
            try {
                pool.start(itself -> new NoListener());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        CorePool pool() {
            return pool;
        }

        @Override
        Object exchange() {
            return admission;
        }

        @Override
        void connect() {
            if (pool.lifecycleState() == PoolState.RUNNING) {
                ScriptedConnection connection = new ScriptedConnection(script);
                connections.add(connection);
                clients.put(connection, pool.clients.connected(connection));
            }
        }

        private ConnectionEvents events(ScriptedConnection connection) {
            return Objects.requireNonNull(clients.get(connection));
        }

        @Override
        void open(ScriptedConnection connection) {
            if (clients.containsKey(connection)) {
                ScriptedStream stream = connection.stream();
                if (script.next(2) == 1) {
                    stream.send((byte) 0);
                }
                script.event(() -> events(connection).accepted(stream));
            }
        }

        @Override
        void lose(ScriptedConnection connection) {
            if (clients.containsKey(connection)) {
                connection.lose();
                script.event(() -> events(connection).lost("lost"));
                awaitTimer();
            }
        }

        @Override
        void answer(ScriptedStream stream) {
            stream.send((byte) 0);
        }

        @Override
        void own() {
            switch (script.next(4)) {
                case 0 -> {
                    int max = 1 + script.next(2 * CAPACITY);
                    largest = Math.max(largest, max);
                    pool.maxCapacity(max);
                    awaitTimer();
                }
                case 1 -> {
                    if (!serves) {
                        serves = true;
                        pool.serve(stream -> {}, this::execute);
                    }
                }
                default -> {
                    Runnable task = handling.poll();
                    if (task != null) {
                        task.run();
                    }
                }
            }
        }

        private void execute(Runnable task) {
            switch (script.next(3)) {
                case 0 -> task.run();
                case 1 -> handling.add(task);
                default -> throw new RejectedExecutionException();
            }
        }

        @Override
        int handled() {
            // Tasks that a closed pool has claimed have no effect.
            return pool.lifecycleState() == PoolState.CLOSED ? 0 : handling.size();
        }

        // Waits until due decisions are done. Nothing else of the pool runs meanwhile.
        private void awaitTimer() {
            if (!script.inside() || pool.lifecycleState() == PoolState.CLOSED) {
                return;
            }
            CountDownLatch idle = new CountDownLatch(1);
            pool.threads.decide(idle::countDown);
            try {
                idle.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        void checkRegistered(Slot slot, ScriptedStream stream) {
            byte[] sent = stream.sent();
            hold(
                    sent.length >= StreamId.BYTES && slot.id().equals(StreamId.of(Arrays.copyOf(sent, StreamId.BYTES))),
                    "another id than the client was told: ",
                    slot);
            hold(sent.length == StreamId.BYTES || slot.isTaken(), "more than the id: ", Arrays.toString(sent));
            hold(stream.firstReceived(1)[0] == 0, "admitted without a hello: ", slot);
        }

        @Override
        void checkCounts() {
            hold(pool.idleStreams.idle() <= largest, "more idle than allowed: ", pool.idleStreams.idle());
            hold(pool.opening() <= CONFIG.maxPendingHellos(), "more without a hello than allowed: ", pool.opening());
        }
    }

    /** A listener without a socket: clients come from the script. */
    private static final class NoListener implements Listener {

        @Override
        public InetSocketAddress localAddress() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }

        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public void certificate(KeyMaterial certificate) {}

        @Override
        public void sweep() {}

        @Override
        public void stopAccepting() {}

        @Override
        public boolean close(Duration timeout) {
            return true;
        }
    }
}
