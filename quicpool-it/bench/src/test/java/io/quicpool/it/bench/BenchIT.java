package io.quicpool.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.it.support.QuickJava;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each row once, so that none rots. The figures of so short a run mean nothing. */
class BenchIT {

    @Test
    void eachRowIsMeasuredOrSaysWhyNot(@TempDir Path folder) throws Exception {
        Path page = folder.resolve("performance.md");
        List<String> command = QuickJava.command(
                "-jar",
                System.getProperty("quicpool.bench.jar"),
                "run",
                "--parts=requests,idle",
                "--rounds=1",
                "--warm-up=1",
                "--millis=50",
                "--callers=2",
                "--bytes=1024",
                "--streams=100",
                "--one-pair",
                "--jvm=" + String.join(",", QuickJava.OPTIONS),
                "--out=" + page);
        Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
        run.getOutputStream().close();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor()).as(said).isZero();
        assertThat(page).content().contains("| quicpool-netty-request | ", "| quicpool-kwik-request | ", "| grpc | ");
        assertThat(Files.readString(folder.resolve("performance-1024.svg")))
                .startsWith("<svg")
                .endsWith("</svg>\n");
    }
}
