package io.quicpool.it.demo;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Starts the peer and then the application. System properties tell each about the other. */
@QuarkusMain
public final class Demo {

    static final String SECONDS = "demo.seconds";
    static final String PORT = "demo.port";

    private static final int MAX_SECONDS = 24 * 60 * 60;

    private Demo() {}

    public static void main(String... args) {
        try {
            number(SECONDS, "0", MAX_SECONDS);
            int port = number(PORT, "8080", 65535);
            requireFree(port);
            System.setProperty("quarkus.http.port", Integer.toString(port));
            Peer.prepare();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
        Quarkus.run(Show.class, args);
    }

    static int number(String property, String otherwise, int most) {
        String text = System.getProperty(property, otherwise).strip();
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Its own output follows.
        }
        throw new IllegalArgumentException(property + " = " + text + ": must be a whole number from 0 to " + most);
    }

    private static void requireFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            socket.setReuseAddress(true);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "port " + port + " is taken: choose another for the page with -Dquicpool.demo.port=" + (port + 1),
                    e);
        }
    }
}
