package io.quicpool.it.bench;

import io.quicpool.it.bench.rows.Row;
import io.quicpool.it.bench.rows.Rows;
import io.quicpool.it.support.PemFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The servers of the given rows. It ends when its input ends. */
@Command(name = "serve", hidden = true)
final class ServeCommand implements Callable<Integer> {

    @Option(names = "--row", split = ",", required = true)
    List<String> rows = new ArrayList<>();

    @Option(names = "--host")
    String host = "127.0.0.1";

    @Option(names = "--keys", required = true)
    Path keys = Path.of("");

    static PemFiles keys(Path folder) {
        return new PemFiles(folder.resolve("tls.crt"), folder.resolve("tls.key"));
    }

    @Override
    public Integer call() throws Exception {
        List<Row.Server> servers = new ArrayList<>();
        for (String each : rows) {
            Row.Server server = Rows.named(each).serve(host, keys(keys));
            servers.add(server);
            System.out.println("port " + server.port());
        }
        System.in.readAllBytes();
        for (Row.Server each : servers) {
            each.close();
        }
        return 0;
    }
}
