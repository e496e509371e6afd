package io.quicpool.it.bench;

import io.quicpool.it.bench.rows.GoRow;
import io.quicpool.it.bench.rows.Row;
import io.quicpool.it.faults.FaultProxy;
import io.quicpool.it.faults.Faults;
import io.quicpool.it.support.LineProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The server and the client of a row, or of several, in a process each. */
final class Pair implements AutoCloseable {

    private static final String HOST = "127.0.0.1";

    private final LineProcess server;
    private final LineProcess client;
    private final List<FaultProxy> network;

    private Pair(LineProcess server, LineProcess client, List<FaultProxy> network) {
        this.server = server;
        this.client = client;
        this.network = network;
    }

    /** Starts both for these rows. A row that is a program of its own is alone. */
    static Pair start(List<Row> rows, Path keys, Path log, List<String> jvm, boolean virtual, Faults faults)
            throws IOException, InterruptedException {
        Row first = rows.get(0);
        Path program = first instanceof GoRow go ? go.binary() : null;
        String names = rows.stream().map(Row::name).collect(Collectors.joining(","));
        LineProcess server = program == null
                ? process(log, java(jvm, "serve", "--row=" + names, "--keys=" + keys))
                : process(log, List.of(program.toString(), "serve", HOST, keys.toString()));
        List<FaultProxy> network = new ArrayList<>();
        try {
            List<String> ports = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                ports.add(through(faults, server.next("port "), network));
            }
            List<String> call = program == null
                    ? java(jvm, "call", "--row=" + names, "--keys=" + keys, "--port=" + String.join(",", ports))
                    : new ArrayList<>(List.of(program.toString(), "call", HOST + ":" + ports.get(0)));
            if (virtual) {
                call.add("--virtual");
            }
            LineProcess client = process(log, call);
            try {
                client.next("connected");
            } catch (AssertionError | InterruptedException e) {
                client.close();
                throw e;
            }
            return new Pair(server, client, network);
        } catch (AssertionError | IOException | InterruptedException e) {
            network.forEach(FaultProxy::close);
            server.close();
            throw e;
        }
    }

    // The same seed for all rows, so that each loses the same of its datagrams.
    private static String through(Faults faults, String port, List<FaultProxy> network) throws IOException {
        if (faults.equals(Faults.NONE)) {
            return port;
        }
        FaultProxy proxy = new FaultProxy(new InetSocketAddress(HOST, Integer.parseInt(port)), 1);
        network.add(proxy);
        proxy.both(faults);
        return String.valueOf(proxy.address().getPort());
    }

    /** What idle streams cost, by figure. */
    Map<String, Double> idle(Row row, int streams, long millis) throws InterruptedException {
        Map<String, Double> figures = new LinkedHashMap<>();
        client.tell("idle " + streams + " " + millis + " " + row.name());
        for (String line = client.next(); !line.equals("end"); line = client.next()) {
            String[] words = line.split(" ", 3);
            figures.put(words[2], Double.valueOf(words[1]));
        }
        return figures;
    }

    private static List<String> java(List<String> jvm, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Bench.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static LineProcess process(Path log, List<String> command) {
        return new LineProcess(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())));
    }

    Callers.Outcome measure(Row row, int callers, int bytes, long millis) throws InterruptedException {
        return Callers.Outcome.parse(client.ask(callers + " " + bytes + " " + millis + " " + row.name(), "measured "));
    }

    @Override
    public void close() {
        client.close();
        network.forEach(FaultProxy::close);
        server.close();
    }
}
