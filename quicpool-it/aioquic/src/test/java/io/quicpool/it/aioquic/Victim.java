package io.quicpool.it.aioquic;

import com.sun.management.OperatingSystemMXBean;
import io.quicpool.PoolSnapshot;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientAuth;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.ServerPoolConfigBuilder;
import io.quicpool.config.TrustMaterial;
import io.quicpool.it.support.LineProcess;
import io.quicpool.it.support.PemFiles;
import io.quicpool.it.support.QuickJava;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The server that is attacked: a pool that echoes, and another that also uses Retry and, where the engine can, asks for
 * certificates. It reports its costs. It has the default limits, because the attacks test these.
 */
final class Victim {

    /** Its costs and counters at one moment. */
    record Status(
            long cpuMillis,
            long heap,
            long resident,
            long threads,
            long connects,
            int connections,
            Map<String, Long> served,
            Map<String, Long> refused,
            String lastError) {

        static Status of(String line) {
            String[] parts = line.split("\t", -1);
            return new Status(
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4]),
                    Integer.parseInt(parts[5]),
                    counts(parts[6]),
                    counts(parts[7]),
                    parts[8]);
        }

        private static Map<String, Long> counts(String text) {
            Map<String, Long> counts = new TreeMap<>();
            for (String each : text.isEmpty() ? new String[0] : text.split(", ")) {
                int space = each.lastIndexOf(' ');
                counts.put(each.substring(0, space), Long.parseLong(each.substring(space + 1)));
            }
            return counts;
        }

        private static String text(Map<String, ? extends Number> counts) {
            StringBuilder text = new StringBuilder();
            new TreeMap<>(counts).forEach((key, count) -> {
                if (count.longValue() != 0) {
                    text.append(text.isEmpty() ? "" : ", ")
                            .append(key)
                            .append(' ')
                            .append(count);
                }
            });
            return text.toString();
        }
    }

    static final Duration KEEP_ALIVE = Duration.ofSeconds(1);

    private static final Map<String, LongAdder> SERVED = new ConcurrentHashMap<>();

    private Victim() {}

    /** Starts one as a server; its first line is its ports. */
    static LineProcess server(String engine, PemFiles files) {
        return start(
                Victim.class,
                log("server", engine),
                engine,
                files.certificate().toString(),
                files.privateKey().toString());
    }

    /** Starts a program with the heap of a small container. */
    static LineProcess start(Class<?> program, File log, String... arguments) {
        List<String> command = QuickJava.command(
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName());
        command.addAll(List.of(arguments));
        return new LineProcess(new ProcessBuilder(command).redirectError(log));
    }

    /** Its log. */
    static File log(String role, String engine) {
        return Path.of("target", "victim-" + role + "-" + engine + ".log").toFile();
    }

    public static void main(String[] args) throws Exception {
        KeyMaterial certificate = KeyMaterial.fromPem(Path.of(args[1]), Path.of(args[2]));
        ServerPoolConfigBuilder guarded =
                config("guarded", args[0], certificate).addressValidation(true);
        if (args[0].equals("netty")) {
            guarded.clientAuth(ClientAuth.WANT).clientTrust(TrustMaterial.of(certificate.certificateChain()));
        }
        try (ServerPool pool = open(config("victim", args[0], certificate));
                ServerPool other = open(guarded);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("ports " + pool.localAddress().getPort() + " "
                    + other.localAddress().getPort());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println("status " + status(pool, other));
            }
        }
        System.exit(0);
    }

    private static ServerPoolConfigBuilder config(String name, String engine, KeyMaterial certificate) {
        return ServerPoolConfig.builder()
                .name(name)
                .transport(engine)
                .listen("127.0.0.1:0")
                .allowClient("127.0.0.1")
                .allowClient("127.0.0.9")
                .certificate(certificate)
                .keepAlive(KEEP_ALIVE);
    }

    private static ServerPool open(ServerPoolConfigBuilder config) {
        ServerPool pool = QuicPools.open(config.build());
        pool.serve(Victim::echo);
        return pool;
    }

    private static void echo(PooledStream stream) throws IOException {
        SERVED.computeIfAbsent(stream.remoteAddress().getAddress().getHostAddress(), any -> new LongAdder())
                .increment();
        stream.outputStream().write(stream.inputStream().readAllBytes());
    }

    static String status(StreamPool... pools) throws IOException {
        long cpu =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1_000_000;
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long connects = 0;
        int connections = 0;
        Map<String, Long> refused = new TreeMap<>();
        List<String> errors = new ArrayList<>();
        for (StreamPool pool : pools) {
            PoolSnapshot now = pool.snapshot();
            connects += now.totals().connects();
            connections += now.peers().size();
            now.totals().refused().forEach((reason, count) -> refused.merge(reason, count, Long::sum));
            errors.add(String.valueOf(now.lastError()));
        }
        return String.join(
                "\t",
                Long.toString(cpu),
                Long.toString(heap),
                Long.toString(resident()),
                Long.toString(ManagementFactory.getThreadMXBean().getThreadCount()),
                Long.toString(connects),
                Integer.toString(connections),
                Status.text(SERVED),
                Status.text(refused),
                String.join("; ", errors));
    }

    /** In bytes, 0 where the system does not report it. */
    private static long resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }
}
