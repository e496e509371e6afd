package io.quicpool.it.pages;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A reader who begins at README finds each page, follows it word for word in an empty folder, and sees what the page
 * says.
 */
class PagesIT {

    private static final boolean ALL = "all".equals(System.getProperty("quicpool.pages"));
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path PROJECT = TARGET.resolve("project");
    private static final Path NEW_MAVEN =
            TARGET.resolve("maven/apache-maven-" + System.getProperty("dev.maven.version") + "/bin");
    private static final Path MAVEN = Path.of(System.getProperty("maven.home", "?"), "bin");
    private static final Pattern PORT = Pattern.compile("(?:127\\.0\\.0\\.1|localhost):(\\d{2,5})");
    private static final Pattern BY_HAND = Pattern.compile("packed\\s+by\\s+hand[^`]*((?:`[\\w.-]+`[^`.]*)+)");

    @TempDir
    static Path repository;

    private static @Nullable LocalRepository maven;

    @TempDir
    Path folder;

    @BeforeAll
    static void theLibraryIsInstalled() throws Exception {
        assumeTrue(Files.isExecutable(Terminal.SCRIPT), "needs " + Terminal.SCRIPT + " of util-linux");
        LocalRepository made = new LocalRepository(repository);
        maven = made;
        if (!ALL) {
            made.takeWhatIsBuilt();
            return;
        }
        Copy.ofProject(PROJECT);
        follow("getting-started.md", PROJECT, MAVEN);
    }

    @AfterAll
    static void theLinksGo() throws IOException {
        if (maven != null) {
            maven.close();
        }
    }

    @Test
    void plainJava() throws Exception {
        follow("getting-started-java.md", folder, MAVEN);
    }

    @Test
    void goPackage() throws Exception {
        try (Follower reader = reader(folder, MAVEN)) {
            for (Step.Create file : Page.files("go.md")) {
                reader.follow(file);
            }
            String failure = reader.failure("go mod download");
            assumeTrue(failure.isEmpty(), () -> "needs a Go that can have the package: " + failure);
        }
        follow("go.md", folder, MAVEN);
    }

    @Test
    void operator() throws Exception {
        assumeTrue(ALL, "runs with -Dquicpool.pages=all");
        follow("operate.md", PROJECT, MAVEN);
    }

    @Test
    void kubernetes() throws Exception {
        assumeTrue(ALL, "runs with -Dquicpool.pages=all");
        try (Follower reader = reader(folder, NEW_MAVEN)) {
            for (Step.Create file : Page.files("getting-started-quarkus.md")) {
                reader.follow(file);
            }
        }
        follow("kubernetes.md", folder, NEW_MAVEN);
        try (Pods pods = new Pods(folder)) {
            pods.check("kubernetes.md");
        }
    }

    @Test
    void quarkus() throws Exception {
        assumeTrue(ALL, "runs with -Dquicpool.pages=all");
        follow("getting-started-quarkus.md", folder, NEW_MAVEN);
    }

    @Test
    void openLiberty() throws Exception {
        assumeTrue(ALL, "runs with -Dquicpool.pages=all");
        follow("getting-started-liberty.md", folder, MAVEN);
        assertThat(jarsByHand("getting-started-liberty.md")).isEqualTo(jars(folder.resolve("target/greetings.war")));
    }

    private static void follow(String page, Path folder, Path maven) throws Exception {
        long start = System.nanoTime();
        for (int port : ports(page)) {
            assumeTrue(isFree(port), "port " + port + " is in use");
        }
        List<Step> steps = Page.steps(page);
        assertThat(steps).hasAtLeastOneElementOfType(Step.Type.class);
        try (Follower reader = reader(folder, maven)) {
            for (Step step : steps) {
                reader.follow(step);
            }
            reader.finish();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.println(Page.way(page) + ": " + took.toSeconds() + " s");
    }

    private static Follower reader(Path folder, Path maven) throws IOException {
        return new Follower(folder, maven, requireNonNull(PagesIT.maven));
    }

    private static Set<Integer> ports(String page) throws IOException {
        return PORT.matcher(Page.text(page))
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isFree(int port) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (DatagramSocket udp = new DatagramSocket(address);
                ServerSocket tcp = new ServerSocket()) {
            tcp.bind(address);
            return udp.isBound();
        } catch (IOException inUse) {
            return false;
        }
    }

    // ---- what a war needs

    private static Set<String> jarsByHand(String page) throws IOException {
        Matcher named = BY_HAND.matcher(Page.text(page));
        assertThat(named.find()).isTrue();
        return Pattern.compile("`([^`]+)`")
                .matcher(named.group(1))
                .results()
                .map(one -> one.group(1))
                .collect(Collectors.toSet());
    }

    private static Set<String> jars(Path war) throws IOException {
        try (ZipFile zip = new ZipFile(war.toFile());
                Stream<?> entries = zip.stream()) {
            return entries.map(Object::toString)
                    .filter(name -> name.startsWith("WEB-INF/lib/") && name.endsWith(".jar"))
                    .map(name -> name.substring("WEB-INF/lib/".length()).replaceFirst("-\\d.*", ""))
                    .collect(Collectors.toSet());
        }
    }
}
