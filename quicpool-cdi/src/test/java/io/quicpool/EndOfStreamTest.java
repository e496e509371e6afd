package io.quicpool;

import io.quicpool.EndOfStream.Side;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** With a raw peer over this library's engines. */
@Tag("contract")
@ParameterizedClass
@EnumSource
class EndOfStreamTest extends EndOfStreamContract {

    private final Side side;

    EndOfStreamTest(Side side) {
        super(side);
        this.side = side;
    }

    @Override
    EndOfStream open(Duration patience) throws Exception {
        String engine = side == Side.CLIENT ? Pools.CLIENT_ENGINE : Pools.SERVER_ENGINE;
        return new EndOfStream(side, engine, patience, RawPeer::new);
    }
}
