package io.quicpool.it.bench;

import io.quicpool.it.bench.rows.IdlePool;
import io.quicpool.it.bench.rows.PoolRow;
import io.quicpool.it.bench.rows.Row;
import io.quicpool.it.bench.rows.Rows;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The clients of the given rows. Each line of its input, {@code CALLERS BYTES MILLIS ROW}, is answered with what was measured; {@code idle STREAMS MILLIS ROW} with the figures of {@link IdlePool}. */
@Command(name = "call", hidden = true)
final class CallCommand implements Callable<Integer> {

    @Option(names = "--row", split = ",", required = true)
    List<String> rows = new ArrayList<>();

    @Option(names = "--host")
    String host = "127.0.0.1";

    @Option(names = "--port", split = ",", required = true)
    List<Integer> ports = new ArrayList<>();

    @Option(names = "--keys", required = true)
    Path keys = Path.of("");

    @Option(names = "--max-callers")
    int maxCallers = 128;

    @Option(names = "--virtual")
    boolean virtual;

    @Override
    public Integer call() throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Map<String, Row.Client> clients = new HashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            clients.put(
                    rows.get(i),
                    Rows.named(rows.get(i)).connect(host, ports.get(i), ServeCommand.keys(keys), maxCallers));
        }
        System.out.println("connected");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("idle")) {
                idle(Integer.parseInt(words[1]), Long.parseLong(words[2]), words[3]);
                continue;
            }
            Row.Client client = clients.get(words[3]);
            Callers callers = new Callers(client, Integer.parseInt(words[0]), Integer.parseInt(words[1]), virtual);
            System.out.println("measured "
                    + callers.run(Long.parseLong(words[2]) * 1_000_000).line());
        }
        for (Row.Client each : clients.values()) {
            each.close();
        }
        return 0;
    }

    private void idle(int streams, long millis, String name) throws Exception {
        PoolRow row = (PoolRow) Rows.named(name);
        int port = ports.get(rows.indexOf(name));
        IdlePool.measure(row, host, port, ServeCommand.keys(keys), streams, millis)
                .forEach((figure, value) -> System.out.println("figure " + value + " " + figure));
        System.out.println("end");
    }
}
