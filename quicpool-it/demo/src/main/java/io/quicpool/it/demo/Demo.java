package io.quicpool.it.demo;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs the scene until Ctrl-C, or for as many seconds as {@code -Dquicpool.demo.seconds} says. */
final class Demo {

    static final String SECONDS = "quicpool.demo.seconds";

    private static final int RESTART_AT = 10;
    private static final int LONGEST = 24 * 60 * 60;

    private Demo() {}

    public static void main(String[] args) throws InterruptedException {
        PrintStream out = System.out;
        int seconds;
        try {
            seconds = seconds(System.getProperty(SECONDS, "0"));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        // What the pools log would stand between the lines of the table; the table tells it.
        System.setProperty("java.util.logging.SimpleFormatter.format", "         log: %5$s%n");
        CountDownLatch ctrlC = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(ctrlC, done), "demo-shutdown"));
        int exitCode;
        try (Scene scene = new Scene(out)) {
            exitCode = run(scene, seconds, ctrlC, out);
        } finally {
            done.countDown();
        }
        if (ctrlC.getCount() > 0) {
            System.exit(exitCode);
        }
    }

    static int seconds(String text) {
        try {
            int seconds = Integer.parseInt(text.strip());
            if (seconds >= 0 && seconds <= LONGEST) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                SECONDS + " = " + text + ": must be a whole number of seconds from 0 (until Ctrl-C) to " + LONGEST);
    }

    // Ctrl-C: lets the scene end in order before the process does.
    private static void end(CountDownLatch ctrlC, CountDownLatch done) {
        ctrlC.countDown();
        try {
            if (!done.await(10, TimeUnit.SECONDS)) {
                System.err.println("the demo did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int run(Scene scene, int seconds, CountDownLatch ctrlC, PrintStream out)
            throws InterruptedException {
        out.println(
                "quicpool: a server pool and a client pool over loopback; requests flow through streams that are open"
                        + " ahead of use.");
        out.println("At " + RESTART_AT + " s the server is stopped for a second. Ctrl-C ends the demo.");
        scene.start();
        boolean interrupted = false;
        for (int second = 1; !interrupted && (seconds == 0 || second <= seconds); second++) {
            if (ctrlC.await(1, TimeUnit.SECONDS)) {
                interrupted = true;
                continue;
            }
            scene.show(second);
            if (second == RESTART_AT) {
                scene.stopServer();
            } else if (second == RESTART_AT + 1) {
                scene.startServer();
            }
        }
        // Whoever ends it early has not asked whether it recovers.
        boolean restarted = !interrupted && seconds > RESTART_AT + 1;
        return scene.summary(restarted) ? 0 : 1;
    }
}
