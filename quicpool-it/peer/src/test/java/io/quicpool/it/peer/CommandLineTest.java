package io.quicpool.it.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input gets a clear error before anything is opened: exit code 2, and what is allowed. */
class CommandLineTest {

    private record Outcome(int exitCode, String error) {}

    private static Outcome run(String... arguments) {
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(error, true, StandardCharsets.UTF_8));
        try {
            return new Outcome(Peer.run(arguments), error.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(before);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "client --target localhost | has no port",
                "client --target localhost:0 | the port must be from 1 to 65535",
                "client --target localhost:99999 | the port must be a number from 0 to 65535",
                "client --target ::1:443 | an IPv6 address needs brackets",
                "client --target h:1 --min-capacity 20 --max-capacity 10 | min-capacity = 20: must be from 1 to max-capacity, which is 10",
                "client --target h:1 --min-capacity 0 | min-capacity = 0: must be from 1 to max-capacity, which is 64",
                "client --target h:1 --max-capacity -3 | max-capacity = -3: must be from 1 to 65536",
                "client --target h:1 --min-interval 9s --max-interval 5s | min-interval = 9s: must be from 10ms to max-interval, which is 5s",
                "client --target h:1 --keep-alive 0s | keep-alive = 0s: must be from 700ms to 10m",
                "client --target h:1 --id-timeout 1ms | id-timeout = 1ms: must be from 100ms to 10m",
                "client --target h:1 --keep-alive soon | keep-alive = soon: must be a duration",
                "client --target h:1 --tls-mode 3 | tls-mode = 3: must be 0 (insecure), 1 (self-signed) or 2 (verified)",
                "client --target h:1 --tls-mode 1 --fingerprint abc | fingerprint = abc: must be 64 hex digits",
                "client --target h:1 --trust-pem /no/such.pem | there is no such file",
                "client --target h:1 --key-store /no/such.p12 | there is no such file",
                "client --target h:1 --transport pigeon | transport = pigeon: there is no such engine on the class path; use kwik or netty",
                "client --target h:1 --congestion-control fast | congestion-control = fast: must be cubic, reno or bbr",
                "client --target h:1 --streams-per-connection -1 | streams-per-connection = -1: must be from 0 to 1048576",
                "client --target h:1 --max-waiting 0 | max-waiting = 0: must be from 1 to 1000000",
                "client | Missing required option: '--target=H:P'",
                "server --listen 127.0.0.1:0 --client-ip example.org | client-ip = example.org: must be an IP address or a CIDR",
                "server --listen 127.0.0.1:0 --client-ip 10.0.0.1/8 | did you mean 10.0.0.0/8?",
                "server --listen 127.0.0.1:0 --max-capacity 0 | max-capacity = 0: must be from 1 to 65536",
                "server --listen 127.0.0.1:0 --cert-pem x.pem | --cert-pem and --key-pem go together",
                "server --listen no-such-host.invalid:1 | unknown host: no-such-host.invalid",
                "server --listen 127.0.0.1:0 --serve tea | expected one of [echo, stamp, sink, later]",
            })
    void saysWhatIsWrong(String line, String expected) {
        Outcome outcome = run(line.split(" "));
        assertThat(outcome.error).contains(expected).doesNotContain("\tat ");
        assertThat(outcome.exitCode).isIn(1, 2);
    }

    @Test
    void anAddressInUse() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            String listen = "127.0.0.1:" + taken.getLocalPort();
            Outcome outcome = run("server", "--listen", listen);
            assertThat(outcome.error).contains("cannot listen on " + listen).contains("Address already in use");
            assertThat(outcome.exitCode).isOne();
        }
    }

    @Test
    void aKeyStoreWithAWrongPassword(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("keys.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var out = Files.newOutputStream(file)) {
            store.store(out, "right".toCharArray());
        }
        Outcome wrong =
                run("server", "--listen", "127.0.0.1:0", "--key-store", file.toString(), "--key-store-password=wr0ng");
        assertThat(wrong.error)
                .contains("key-store = " + file + ": the password is wrong")
                .doesNotContain("wr0ng");
        Outcome empty =
                run("server", "--listen", "127.0.0.1:0", "--key-store", file.toString(), "--key-store-password=right");
        assertThat(empty.error).contains("has no private key");
        Path garbage = Files.writeString(folder.resolve("garbage.p12"), "garbage");
        Outcome none = run("server", "--listen", "127.0.0.1:0", "--key-store", garbage.toString());
        assertThat(none.error).contains("is not a key store of type PKCS12");
    }
}
