package io.quicpool.it.bench.rows;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.quicpool.it.support.PemFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The QUIC codec of Netty, which is one of the engines, without a pool: a new stream for each request, on the event loop. */
final class RawQuic implements Row {

    private static final String ALPN = "bench";
    private static final int WINDOW = 16 << 20;
    private static final int STREAM_WINDOW = 1 << 20;

    private final boolean connectionEach;

    RawQuic(boolean connectionEach) {
        this.connectionEach = connectionEach;
    }

    @Override
    public String name() {
        return connectionEach ? "raw-netty-connection" : "raw-netty-stream";
    }

    @Override
    public @Nullable String missing() {
        return Quic.isAvailable() ? null : "no native library: " + Quic.unavailabilityCause();
    }

    @Override
    public Server serve(String host, PemFiles keys) throws InterruptedException {
        EventLoopGroup loop = loop();
        QuicSslContext tls = QuicSslContextBuilder.forServer(
                        keys.privateKey().toFile(), null, keys.certificate().toFile())
                .applicationProtocols(ALPN)
                .build();
        ChannelHandler codec = limits(new QuicServerCodecBuilder())
                .sslContext(tls)
                .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }
                })
                .streamHandler(new EchoStream())
                .build();
        Channel channel = bind(loop, new InetSocketAddress(host, 0), codec);
        return new Server() {
            @Override
            public int port() {
                return ((InetSocketAddress) channel.localAddress()).getPort();
            }

            @Override
            public void close() {
                loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            }
        };
    }

    private static EventLoopGroup loop() {
        return new MultiThreadIoEventLoopGroup(
                1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    private static Channel bind(EventLoopGroup loop, InetSocketAddress address, ChannelHandler codec)
            throws InterruptedException {
        return new Bootstrap()
                .group(loop)
                .channel(Epoll.isAvailable() ? EpollDatagramChannel.class : NioDatagramChannel.class)
                .handler(codec)
                .bind(address)
                .sync()
                .channel();
    }

    private static <B extends QuicCodecBuilder<B>> B limits(B builder) {
        return builder.maxIdleTimeout(1, TimeUnit.MINUTES)
                .initialMaxData(WINDOW)
                .initialMaxStreamDataBidirectionalLocal(STREAM_WINDOW)
                .initialMaxStreamDataBidirectionalRemote(STREAM_WINDOW)
                .initialMaxStreamsBidirectional(1024);
    }

    /** Collects what comes up to the FIN. */
    private abstract static class Whole extends ChannelInboundHandlerAdapter {

        private @Nullable ByteBuf all;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf more = (ByteBuf) message;
            ByteBuf before = all;
            all = before == null ? more : Unpooled.wrappedBuffer(before, more);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownReadComplete.INSTANCE && all != null) {
                ByteBuf whole = all;
                all = null;
                ended(context, whole);
            }
        }

        abstract void ended(ChannelHandlerContext context, ByteBuf whole);
    }

    private static final class EchoStream extends io.netty.channel.ChannelInitializer<QuicStreamChannel> {
        @Override
        protected void initChannel(QuicStreamChannel stream) {
            stream.pipeline().addLast(new Whole() {
                @Override
                void ended(ChannelHandlerContext context, ByteBuf whole) {
                    context.writeAndFlush(whole).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
                }
            });
        }
    }

    @Override
    public Client connect(String host, int port, PemFiles keys, int callers) throws Exception {
        EventLoopGroup loop = loop();
        QuicSslContext tls = QuicSslContextBuilder.forClient()
                .trustManager(keys.certificate().toFile())
                .applicationProtocols(ALPN)
                .build();
        ChannelHandler codec = limits(new QuicClientCodecBuilder())
                .sslEngineProvider(channel -> tls.newEngine(channel.alloc(), "localhost", port))
                .build();
        Channel socket = bind(loop, new InetSocketAddress(host, 0), codec);
        InetSocketAddress server = new InetSocketAddress(host, port);
        CompletableFuture<QuicChannel> first = connected(socket, server);
        QuicChannel one = first.get(10, TimeUnit.SECONDS);
        return new Client() {
            @Override
            public boolean blocks() {
                return false;
            }

            @Override
            public CompletableFuture<byte[]> ask(byte[] request) {
                if (!connectionEach) {
                    return overStream(one, request);
                }
                return connected(socket, server).thenCompose(connection -> overStream(connection, request)
                        .whenComplete((answer, failure) -> connection.close()));
            }

            @Override
            public void close() {
                loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            }
        };
    }

    private static CompletableFuture<QuicChannel> connected(Channel socket, InetSocketAddress server) {
        CompletableFuture<QuicChannel> connected = new CompletableFuture<>();
        QuicChannel.newBootstrap(socket)
                .handler(new ChannelInboundHandlerAdapter())
                .streamHandler(new ChannelInboundHandlerAdapter())
                .remoteAddress(server)
                .connect()
                .addListener(done -> {
                    if (done.isSuccess()) {
                        connected.complete((QuicChannel) done.getNow());
                    } else {
                        connected.completeExceptionally(done.cause());
                    }
                });
        return connected;
    }

    private static CompletableFuture<byte[]> overStream(QuicChannel connection, byte[] request) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        Whole handler = new Whole() {
            @Override
            void ended(ChannelHandlerContext context, ByteBuf whole) {
                byte[] bytes = new byte[whole.readableBytes()];
                whole.readBytes(bytes).release();
                answer.complete(bytes);
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                answer.completeExceptionally(new IOException("the stream has ended"));
            }
        };
        connection.createStream(QuicStreamType.BIDIRECTIONAL, handler).addListener(done -> {
            if (done.isSuccess()) {
                ((QuicStreamChannel) done.getNow())
                        .writeAndFlush(Unpooled.wrappedBuffer(request))
                        .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
            } else {
                answer.completeExceptionally(done.cause());
            }
        });
        return answer;
    }
}
