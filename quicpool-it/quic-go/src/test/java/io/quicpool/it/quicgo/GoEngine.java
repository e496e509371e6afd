package io.quicpool.it.quicgo;

import io.quicpool.config.KeyMaterial;
import io.quicpool.it.support.PemFiles;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.Gate;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.Transport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * quic-go as an engine for raw peers. A program in Go (peer.go) does the work in a separate process. One process serves
 * any number of peers.
 */
public final class GoEngine extends Transport implements AutoCloseable {

    private static final Duration MAX_ANSWER_WAIT = Duration.ofSeconds(60);

    private static final int FIRST_DATAGRAM = 1200;

    private final GoProcess process;
    private final AtomicLong lastNumber = new AtomicLong();
    private final Map<String, CompletableFuture<String>> asked = new ConcurrentHashMap<>();
    private final Map<String, Gate<String>> listeners = new ConcurrentHashMap<>();
    private final Map<String, GoConnection> connections = new ConcurrentHashMap<>();

    /** Starts the process; its servers show the certificate of the test pools. */
    public GoEngine(PemFiles certificate) throws IOException, InterruptedException {
        process = new GoProcess(
                GoProgram.QUIC_GO,
                "peer",
                "-cert",
                certificate.certificate().toString(),
                "-key",
                certificate.privateKey().toString());
        Thread thread = new Thread(this::listenToProcess, "quic-go-answers");
        thread.setDaemon(true);
        thread.start();
    }

    private void listenToProcess() {
        try {
            process.forEach(this::answered);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answered(String line) {
        String[] words = line.split(" ", 2);
        if (words[0].equals("0")) {
            happened(words[1].split(" ", 4));
        } else {
            Objects.requireNonNull(asked.remove(words[0])).complete(words[1]);
        }
    }

    private void happened(String[] words) {
        switch (words[0]) {
            case "accepted" -> {
                GoConnection connection = new GoConnection(this, words[2], address(words[3]));
                connections.put(words[2], connection);
                connection.events(admitted(Objects.requireNonNull(listeners.get(words[1])), connection));
            }
            case "stream" -> connection(words[1]).accepted(words[2]);
            case "lost" -> connection(words[1]).lost(words[2] + " " + words[3]);
            default -> throw new AssertionError(words[0]);
        }
    }

    // quic-go sees the datagrams, and the gate the first packet of a client (RFC 9000, section 17.2.2) that is made up
    // here.
    private ConnectionEvents admitted(Gate<String> gate, GoConnection connection) {
        byte[] id = ByteBuffer.allocate(Gate.CONNECTION_ID_LENGTH)
                .putLong(lastNumber.incrementAndGet())
                .array();
        ByteBuffer first = ByteBuffer.allocate(FIRST_DATAGRAM).put((byte) 0xc0).putInt(1);
        gate.admits(first.put((byte) id.length).put(id).clear(), connection.remoteAddress());
        return gate.connected(id, connection);
    }

    private GoConnection connection(String number) {
        return Objects.requireNonNull(connections.get(number), number);
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    /** Sends the program a command. The answer is processed before the next line is read. */
    <T> CompletableFuture<T> ask(String command, Function<String, T> answer) {
        CompletableFuture<String> asking = new CompletableFuture<>();
        CompletableFuture<T> result = asking.thenApply(answer);
        String number = Long.toString(lastNumber.incrementAndGet());
        asked.put(number, asking);
        process.tell(number + " " + command);
        return result;
    }

    /** Sends a command and waits for the answer. */
    String ask(String command) throws IOException {
        return await(ask(command, answer -> answer));
    }

    private static <T> T await(CompletableFuture<T> answer) throws IOException {
        try {
            return answer.get(MAX_ANSWER_WAIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("the program in Go does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    @Override
    public String name() {
        return "quic-go";
    }

    @Override
    public int streamsPerConnection() {
        return 1000;
    }

    @Override
    public Connection connect(ConnectSpec spec, ConnectionEvents events) throws IOException {
        String command = "connect 127.0.0.1:%d %dms"
                .formatted(spec.remote().getPort(), spec.idleTimeout().toMillis());
        return await(ask(command, answer -> {
            String[] words = answer.split(" ", 2);
            if (!Character.isDigit(words[0].charAt(0))) {
                throw new IllegalStateException(answer);
            }
            GoConnection connection = new GoConnection(this, words[0], spec.remote());
            connection.events(events);
            connections.put(words[0], connection);
            return connection;
        }));
    }

    @Override
    protected Listener bind(ListenSpec spec, Gate.Factory gates) throws IOException {
        String command = "listen %dms %d".formatted(spec.idleTimeout().toMillis(), spec.maxStreams());
        return await(ask(command, answer -> {
            String[] words = answer.split(" ", 2);
            GoListener listener = new GoListener(words[0], address(words[1]));
            listeners.put(words[0], gates.make(listener));
            return listener;
        }));
    }

    private final class GoListener implements Listener, Gate.Engine<String> {

        private final String number;
        private final InetSocketAddress address;

        GoListener(String number, InetSocketAddress address) {
            this.number = number;
            this.address = address;
        }

        @Override
        public InetSocketAddress localAddress() {
            return address;
        }

        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public void certificate(KeyMaterial certificate) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void send(byte[] datagram, InetSocketAddress client) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void giveUp(String connection) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sweep() {}

        @Override
        public void stopAccepting() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean close(Duration timeout) {
            try {
                return ask("close " + number).equals("done");
            } catch (IOException e) {
                return false;
            }
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
