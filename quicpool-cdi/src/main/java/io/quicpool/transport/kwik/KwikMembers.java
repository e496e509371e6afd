package io.quicpool.transport.kwik;

import static io.quicpool.transport.engine.Reflection.field;
import static io.quicpool.transport.engine.Reflection.method;
import static io.quicpool.transport.engine.Reflection.type;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.send.GlobalPacketAssembler;
import tech.kwik.core.send.SenderImpl;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.impl.ApplicationProtocolRegistry;
import tech.kwik.core.stream.QuicStreamImpl;

/**
 * All members of kwik that are reached by reflection; docs/kwik.md has a row for each. A version of kwik that lacks one is refused when a
 * pool opens ({@link KwikAvailability}). Nothing is written.
 */
final class KwikMembers {

    private static final Class<?> INPUT = type(QuicConnectionImpl.class, "tech.kwik.core.stream.StreamInputStreamImpl");

    // ---- a client's connection, which has no subclass

    static final Method SENDER = method(QuicConnectionImpl.class, "getSender");
    static final Method TLS = method(QuicConnectionImpl.class, "getTlsEngine");
    static final Field CALLBACKS = field(QuicConnectionImpl.class, "callbackThread");

    // ---- every connection

    static final Field SCHEDULER = field(QuicConnectionImpl.class, "scheduler");

    // ---- a server

    static final Method PROTOCOL = method(
            ApplicationProtocolRegistry.class,
            "registerApplicationProtocol",
            String.class,
            ApplicationProtocolConnectionFactory.class);

    // ---- streams

    static final Method OUTPUT_ENDED = method(QuicStreamImpl.class, "outputClosed");
    static final Field INPUT_BUFFER = field(INPUT, "receiveBuffer");
    static final Field INPUT_MONITOR = field(INPUT, "addMonitor");
    static final Method INPUT_READ = method(INPUT, "updateAllowedFlowControl", int.class);
    static final Method INPUT_ALL_READ = method(INPUT, "allDataRead");

    // ---- datagrams

    static final Field QUEUES = field(SenderImpl.class, "sendRequestQueue");
    static final Field ASSEMBLER = field(SenderImpl.class, "packetAssembler");
    static final Field ASSEMBLERS = field(GlobalPacketAssembler.class, "packetAssembler");
    static final Field RANGES = field(AckGenerator.class, "rangesToAcknowledge");

    private KwikMembers() {}

    /**
     * Finds all of them.
     *
     * @throws LinkageError when one is missing, or kwik does not open its package; the message names it
     */
    static void find() {
        // The initialization of this class does it.
    }
}
