package io.quicpool.core;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.core.connection.ModelTarget;
import io.quicpool.core.targets.TargetSubset;
import io.quicpool.testing.Pools;
import io.quicpool.transport.ModelHandshakes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Many clients and servers in virtual time. The rules are the pool's own: the back-off, the choice of an address, the targets of a
 * client, and the limits of handshakes. What is a model is the network (round trips of 1 to 5 ms), the CPU of a server, which serves
 * one handshake after the other, and the retransmission of a client's first packet, which comes after 1 s, and then twice as long
 * (RFC 9002, section 6.2.2). The same seed gives the same result.
 */
final class ScaleModel {

    /** How a server that is not running answers. */
    enum Absence {
        /** Its machine reports that nobody listens. */
        REFUSES,
        /** Nothing answers. */
        IS_SILENT
    }

    /** What the clients and servers are. */
    record Setup(
            int clients, int servers, int maxTargets, ModelTarget.Rules rules, Absence absence, int maxHandshakes) {

        Setup(int clients, int servers, int maxTargets, ModelTarget.Rules rules, Absence absence) {
            this(clients, servers, maxTargets, rules, absence, MAX_HANDSHAKES);
        }
    }

    private record Event(long at, long number, Runnable action) implements Comparable<Event> {

        @Override
        public int compareTo(Event other) {
            return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
        }
    }

    private static final long BUCKET = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int SECOND = 10;
    private static final long RETRANSMISSION = TimeUnit.SECONDS.toNanos(1);
    private static final long LONG_AGO = -TimeUnit.HOURS.toNanos(1);
    private static final long CONNECT_TIMEOUT = ClientPoolConfig.builder()
            .target("orders:4433")
            .build()
            .connectTimeout()
            .toNanos();
    private static final int MAX_HANDSHAKES = ServerPoolConfig.builder()
            .listen("localhost:0")
            .certificate(Pools.CERTIFICATE)
            .build()
            .maxPendingHandshakes();

    /** A server: its handshakes, and what it counts. */
    final class Server {

        final String name;
        final InetSocketAddress address;
        private final List<Link> links = new ArrayList<>();
        private final Map<Long, Integer> firstPackets = new HashMap<>();
        private boolean running = true;
        private int starts;
        private ModelHandshakes<Attempt> handshakes = new ModelHandshakes<>(setup.maxHandshakes);
        private final Queue<Attempt> queue = new ArrayDeque<>();
        private boolean busy;
        private long handshakeNanos = TimeUnit.MILLISECONDS.toNanos(2);
        private int connections;

        Server(int number) {
            try {
                byte[] ip = {10, 0, (byte) (number >> 8), (byte) number};
                address = new InetSocketAddress(InetAddress.getByAddress(ip), 4433);
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
            name = address.getAddress().getHostAddress() + ":4433";
        }

        void handshakeTakes(Duration time) {
            handshakeNanos = time.toNanos();
        }

        private void arrived(Attempt attempt, long wait) {
            boolean again = running || setup.absence == Absence.IS_SILENT;
            if (!again) {
                after(attempt.link.halfRoundTrip(), () -> attempt.link.failed(attempt));
                return;
            }
            if (running) {
                firstPackets.merge(now / BUCKET, 1, Integer::sum);
                handshakes.sweep(now).forEach(each -> each.givenUp = true);
                if (handshakes.start(attempt.number, attempt, now)) {
                    queue.add(attempt);
                    serve();
                    return;
                }
                unanswered++;
            }
            if (now + wait < attempt.deadline) {
                after(wait, () -> {
                    if (!attempt.over) {
                        arrived(attempt, 2 * wait);
                    }
                });
            }
        }

        private void serve() {
            while (!busy && !queue.isEmpty()) {
                Attempt attempt = queue.remove();
                if (attempt.over || attempt.givenUp) {
                    continue;
                }
                busy = true;
                int start = starts;
                after(handshakeNanos, () -> {
                    if (start == starts) {
                        busy = false;
                        handshakes.complete(attempt.number);
                        attempt.link.connected(attempt);
                        serve();
                    }
                });
            }
        }

        private void stop() {
            running = false;
            starts++;
            busy = false;
            queue.clear();
            for (Link link : List.copyOf(links)) {
                link.lost(this);
            }
        }

        private void start() {
            running = true;
            handshakes = new ModelHandshakes<>(setup.maxHandshakes);
        }

        /** Stops it at a time, and starts it again later. */
        void restart(Duration at, Duration away) {
            after(at.toNanos(), this::stop);
            after(at.plus(away).toNanos(), this::start);
        }

        int connections() {
            return connections;
        }

        /** The most first packets in a second. */
        int peakOfSecond() {
            return firstPackets.keySet().stream()
                    .mapToInt(last -> sum(last - SECOND + 1, last))
                    .max()
                    .orElse(0);
        }

        /** The most first packets in a tenth of a second. */
        int peakOfTenth() {
            return firstPackets.values().stream().mapToInt(each -> each).max().orElse(0);
        }

        private int sum(long first, long last) {
            int sum = 0;
            for (long each = first; each <= last; each++) {
                sum += firstPackets.getOrDefault(each, 0);
            }
            return sum;
        }
    }

    /** An attempt to connect. */
    private static final class Attempt {

        private final Link link;
        private final long number;
        private final long deadline;
        private boolean over;
        private boolean givenUp;

        Attempt(Link link, long number, long deadline) {
            this.link = link;
            this.number = number;
            this.deadline = deadline;
        }
    }

    /** What a client has with one target: at most one connection. */
    private final class Link {

        private final ModelTarget target;
        private Server server;
        private boolean up;
        private long upSince;

        Link(List<Server> addresses) {
            target = new ModelTarget(
                    setup.rules,
                    random::nextDouble,
                    () -> addresses.stream().map(each -> each.address).toList(),
                    () -> now);
            server = server(target.next());
            join();
            upSince = LONG_AGO;
        }

        private void join() {
            up = true;
            upSince = now;
            target.verified();
            server.connections++;
            server.links.add(this);
        }

        private long halfRoundTrip() {
            return TimeUnit.MICROSECONDS.toNanos(500 + random.nextInt(2000));
        }

        private void connect() {
            server = server(target.next());
            Attempt attempt = new Attempt(this, attempts++, now + CONNECT_TIMEOUT);
            after(halfRoundTrip(), () -> {
                if (server.running || setup.absence == Absence.IS_SILENT) {
                    at(attempt.deadline, () -> failed(attempt));
                }
                server.arrived(attempt, RETRANSMISSION);
            });
        }

        private void connected(Attempt attempt) {
            if (!attempt.over) {
                attempt.over = true;
                join();
                lastConnected = now;
            }
        }

        private void failed(Attempt attempt) {
            if (!attempt.over) {
                attempt.over = true;
                after(target.failed().toNanos(), this::connect);
            }
        }

        private void lost(Server which) {
            which.links.remove(this);
            which.connections--;
            up = false;
            Duration verifiedFor = Duration.ofNanos(now - upSince);
            after(halfRoundTrip(), () -> after(target.lost(verifiedFor).toNanos(), this::connect));
        }
    }

    private final Setup setup;
    private final Random random = new Random(1);
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<Server> servers = new ArrayList<>();
    private final Map<InetSocketAddress, Server> byAddress = new HashMap<>();
    private final List<Link> links = new ArrayList<>();
    private long number;
    private long now;
    private long attempts;
    private long unanswered;
    private long lastConnected;

    private ScaleModel(Setup setup) {
        this.setup = setup;
        for (int i = 0; i < setup.servers; i++) {
            Server server = new Server(i);
            servers.add(server);
            byAddress.put(server.address, server);
        }
    }

    private Server server(InetSocketAddress address) {
        return Objects.requireNonNull(byAddress.get(address));
    }

    /** Each client has a connection to each of its targets. */
    static ScaleModel ofTargets(Setup setup) {
        ScaleModel model = new ScaleModel(setup);
        for (int i = 0; i < setup.clients; i++) {
            TargetSubset.of("client-" + i, model.servers, setup.maxTargets, server -> server.name)
                    .forEach(server -> model.links.add(model.new Link(List.of(server))));
        }
        return model;
    }

    /** All servers are the addresses of one name, and each client has one connection. */
    static ScaleModel ofOneName(Setup setup, boolean rotates) {
        ScaleModel model = new ScaleModel(setup);
        for (int i = 0; i < setup.clients; i++) {
            List<Server> answer = new ArrayList<>(model.servers);
            if (rotates) {
                Collections.shuffle(answer, model.random);
            }
            model.links.add(model.new Link(answer));
        }
        return model;
    }

    private void at(long time, Runnable action) {
        events.add(new Event(time, number++, action));
    }

    private void after(long nanos, Runnable action) {
        at(now + nanos, action);
    }

    /** Runs until nothing happens any more, or until this time. */
    ScaleModel run(Duration most) {
        while (!events.isEmpty() && events.peek().at <= most.toNanos()) {
            Event next = events.remove();
            now = next.at;
            next.action.run();
        }
        return this;
    }

    List<Server> servers() {
        return servers;
    }

    /** How many attempts to connect all clients made. */
    long attempts() {
        return attempts;
    }

    /** How many first packets a running server did not answer, because too many handshakes were under way. */
    long unanswered() {
        return unanswered;
    }

    /** When the last client was back. */
    Duration lastConnected() {
        return Duration.ofNanos(lastConnected);
    }

    /** How many connections are missing. */
    long notConnected() {
        return links.stream().filter(link -> !link.up).count();
    }

    /** The most first packets in a second, of the server with the most. */
    int peakOfSecond() {
        return servers.stream().mapToInt(Server::peakOfSecond).max().orElse(0);
    }

    IntSummaryStatistics connectionsPerServer() {
        return servers.stream().mapToInt(Server::connections).summaryStatistics();
    }
}
