package io.quicpool.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.quicpool.config.CongestionControl;
import io.quicpool.transport.ConnectSpec;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The codecs of the client connections of one event loop. They share quiche's settings: for each settings object, quiche reads all
 * certificates that the system trusts, which nobody uses here. That took 5 to 7 ms of the event loop and 1.1 MB of native memory for each
 * connection. On the event loop.
 */
final class ClientCodecs {

    private record Key(Duration idleTimeout, @Nullable CongestionControl congestion) {}

    private final Map<Key, Settings> settings = new HashMap<>();

    /** Adds the codec of one connection to the pipeline of its socket. */
    void add(ChannelPipeline socket, ConnectSpec spec, Function<QuicChannel, QuicSslEngine> tls) {
        Settings shared = settings.computeIfAbsent(
                new Key(spec.idleTimeout(), spec.congestion()),
                key -> new Settings(Codec.settings(new QuicClientCodecBuilder(), key.idleTimeout(), key.congestion())
                        .initialMaxStreamsBidirectional(0)));
        socket.addLast(NettyInternals.clientCodec(shared.builder, shared.config, tls), shared.new Lender());
    }

    /** Frees the settings. No connection starts after this. */
    void close() {
        settings.values().forEach(Settings::free);
        settings.clear();
    }

    /**
     * One settings object. Netty frees that of a codec with the codec's socket. So Netty sees it only while a connection starts: quiche
     * copies it then.
     */
    private static final class Settings {

        private final QuicClientCodecBuilder builder;
        private final Object config;
        private long address;

        Settings(QuicClientCodecBuilder builder) {
            this.builder = builder;
            config = NettyInternals.config(builder);
            address = NettyInternals.swapAddress(config, NettyInternals.FREED);
        }

        private void free() {
            NettyInternals.swapAddress(config, address);
            NettyInternals.free(config);
        }

        private final class Lender extends ChannelOutboundHandlerAdapter {

            @Override
            public void connect(
                    ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise)
                    throws Exception {
                NettyInternals.swapAddress(config, address);
                try {
                    super.connect(context, remote, local, promise);
                } finally {
                    address = NettyInternals.swapAddress(config, NettyInternals.FREED);
                }
            }
        }
    }
}
