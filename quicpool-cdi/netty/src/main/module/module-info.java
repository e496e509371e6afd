/** The engine over Netty, which is inside. It exports nothing: the library finds it as a service. */
@SuppressWarnings("opens") // Netty joins the module when the jar is shaded
module io.quicpool.netty {
    requires io.quicpool;
    // Of Netty's modules.
    requires java.logging;
    requires jdk.unsupported;

    // NettyInternals finds members there, through a class of the library.
    opens shaded.quicpool.io.netty.handler.codec.quic to
            io.quicpool;

    provides io.quicpool.transport.Transport with
            io.quicpool.transport.netty.NettyTransport;
}
