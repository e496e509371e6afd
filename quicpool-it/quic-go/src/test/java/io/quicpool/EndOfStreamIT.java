package io.quicpool;

import io.quicpool.EndOfStream.Side;
import io.quicpool.it.quicgo.GoEngine;
import io.quicpool.it.support.PemFiles;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** With a raw peer over quic-go, and pools over each engine. */
@ParameterizedClass(name = "{0}, {1}")
@CsvSource({"kwik, CLIENT", "kwik, SERVER", "netty, CLIENT", "netty, SERVER"})
@Timeout(120)
class EndOfStreamIT extends EndOfStreamContract {

    @TempDir
    private static Path folder;

    private static @Nullable GoEngine quicGo;

    private final String engine;
    private final Side side;

    EndOfStreamIT(String engine, Side side) {
        super(side);
        this.engine = engine;
        this.side = side;
    }

    @AfterAll
    static void stop() {
        if (quicGo != null) {
            quicGo.close();
        }
    }

    @Override
    EndOfStream open(Duration patience) throws Exception {
        GoEngine peers = quicGo();
        return new EndOfStream(side, engine, patience, onStream -> new RawPeer(onStream, peers, peers));
    }

    // Before each test: the report does not count a class that is skipped as a whole.
    private static synchronized GoEngine quicGo() throws Exception {
        GoEngine started = quicGo;
        if (started == null) {
            started = new GoEngine(PemFiles.write(Pools.CERTIFICATE, folder));
            quicGo = started;
        }
        return started;
    }
}
