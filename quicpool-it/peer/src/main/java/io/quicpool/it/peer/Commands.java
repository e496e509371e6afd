package io.quicpool.it.peer;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamId;
import io.quicpool.StreamPool;
import io.quicpool.config.CapacityBounds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The commands of the tool. Scripts and other peers rely on the form of commands and answers. */
final class Commands {

    static final String HELP = """
              next [MS]              take any stream             -> ok ID
              get ID [MS]            take that stream            -> ok ID
              send ID TEXT           send a line                 -> ok
              recv ID                receive a line              -> ok TEXT
              echo ID                echo until it ends, in the background -> ok
              ping ID N              N round trips of 64 bytes against an echo -> ok N p50=.. p99=.. (us)
              push ID BYTES          send so much, then end      -> ok BYTES MBps=.. (handed to the engine)
              sink ID                receive until it ends       -> ok BYTES MBps=.. (first byte to end)
              close ID               end a stream in order       -> ok
              stats                  the pool as one line of JSON
              flush | reset-error    -> ok
              bounds MIN MAX         bounds of capacity (a server takes MAX) -> ok
              quit                   -> ok
            Beyond these, to make load:
              ping ID,ID,.. N        each ID N times, all at once -> ok TOTAL p50=.. p99=..
              requests N THREADS BYTES  client-led: N requests, each on a stream of its own -> ok N p50=.. p99=.. perSecond=..
              latency N              client-led: from write to start of the handler (server --serve stamp) -> ok N p50=..
            Where something goes wrong the answer is: error WHY
            """;

    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(1);
    private static final int MAX_LINE_LENGTH = 1 << 20;

    private final StreamPool pool;
    private final Map<StreamId, PooledStream> held = new ConcurrentHashMap<>();

    Commands(StreamPool pool) {
        this.pool = pool;
    }

    String execute(String line) throws IOException, InterruptedException {
        String[] words = line.split("\\s+", 3);
        String first = words.length > 1 ? words[1] : "";
        return switch (words[0]) {
            case "next" -> hold(pool.take(first.isEmpty() ? DEFAULT_TIMEOUT : millis(first)));
            case "get" ->
                hold(pool.take(
                        StreamId.parse(argument(words, 1)), words.length > 2 ? millis(words[2]) : DEFAULT_TIMEOUT));
            case "send" -> send(stream(words), argument(words, 2));
            case "recv" -> "ok " + receive(stream(words).inputStream());
            case "echo" -> echo(stream(words));
            case "ping" -> Load.ping(streams(argument(words, 1)), number(argument(words, 2)));
            case "push" -> Load.push(stream(words), number(argument(words, 2)));
            case "sink" -> Load.sink(stream(words));
            case "close" -> close(stream(words));
            case "stats" -> Stats.json(pool.snapshot(), held.size());
            case "flush" -> done(pool::flush);
            case "reset-error" -> done(pool::resetError);
            case "bounds" -> bounds((int) number(argument(words, 1)), (int) number(argument(words, 2)));
            case "requests" -> {
                String[] last = argument(words, 2).split("\\s+", 2);
                yield Load.requests(
                        pool, (int) number(argument(words, 1)), (int) number(last[0]), (int) number(argument(last, 1)));
            }
            case "latency" -> Load.latency(pool, (int) number(argument(words, 1)));
            default ->
                throw new IllegalArgumentException("unknown command \"" + words[0]
                        + "\"; there are next get send recv echo ping push sink close stats"
                        + " flush bounds reset-error quit requests latency");
        };
    }

    private String hold(PooledStream stream) {
        held.put(stream.id(), stream);
        return "ok " + stream.id();
    }

    private PooledStream stream(String[] words) {
        return stream(argument(words, 1));
    }

    private PooledStream stream(String text) {
        StreamId id = StreamId.parse(text);
        PooledStream stream = held.get(id);
        if (stream == null) {
            throw new IllegalArgumentException("stream " + id + " is not held; take it with next or get first");
        }
        return stream;
    }

    private List<PooledStream> streams(String ids) {
        List<PooledStream> found = new ArrayList<>();
        for (String id : ids.split(",", -1)) {
            found.add(stream(id));
        }
        return found;
    }

    private static String send(PooledStream stream, String text) throws IOException {
        stream.outputStream().write((text + "\n").getBytes(StandardCharsets.UTF_8));
        return "ok";
    }

    private static String receive(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the stream ended before the end of the line");
            }
            if (line.size() == MAX_LINE_LENGTH) {
                throw new IOException("the line is longer than " + MAX_LINE_LENGTH + " bytes");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private String echo(PooledStream stream) {
        Thread echo =
                new Thread(() -> Handlers.echoAndClose(stream, () -> held.remove(stream.id())), "echo-" + stream.id());
        echo.setDaemon(true);
        echo.start();
        return "ok";
    }

    private String close(PooledStream stream) {
        held.remove(stream.id());
        stream.close();
        return "ok";
    }

    private String bounds(int min, int max) {
        CapacityBounds bounds = new CapacityBounds(min, max);
        if (pool instanceof ClientPool client) {
            client.capacityBounds(bounds);
        } else if (pool instanceof ServerPool server) {
            server.maxCapacity(bounds.max());
        }
        return "ok";
    }

    private static String done(Runnable action) {
        action.run();
        return "ok";
    }

    private static String argument(String[] words, int index) {
        if (words.length <= index || words[index].isEmpty()) {
            throw new IllegalArgumentException(words[0] + " needs more arguments; see --help");
        }
        return words[index];
    }

    private static long number(String text) {
        try {
            long number = Long.parseLong(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException("\"" + text + "\" is no positive whole number");
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(number(text));
    }
}
