package io.quicpool.it.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.PooledStream;
import io.quicpool.StreamHandler;
import io.quicpool.cdi.QuicPool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

/**
 * Answers other services: a line {@code around} or {@code in a request} returns what a handler finds on its thread. Any
 * other line is sent back, and the handler continues until the peer ends the stream.
 */
@ApplicationScoped
@QuicPool("orders")
public class OrderHandler implements StreamHandler {

    @Inject
    Inspector inspector;

    @Override
    public void handle(PooledStream stream) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream.inputStream(), UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            stream.outputStream().write(answer(line).getBytes(UTF_8));
            stream.outputStream().flush();
        }
    }

    private String answer(String line) {
        return switch (line) {
            case "around" -> inspector.around();
            case "in a request" -> inspector.aroundInRequest();
            default -> line + "\n";
        };
    }
}
