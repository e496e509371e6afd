package io.quicpool.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.quicpool.config.CongestionControl;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Settings that the sockets and codecs of both roles share: sizes, offload, congestion control. */
final class Codec {

    /** The initial receive window of a stream, in bytes. quiche enlarges it for a fast reader. */
    static final int STREAM_BUFFER = 256 * 1024;

    /** The initial receive window of a connection, in bytes. */
    static final int CONNECTION_BUFFER = 16 * 1024 * 1024;

    private static final int SOCKET_BUFFER = 1 << 22;

    /**
     * The largest payload of sent datagrams, in bytes. Every path for QUIC carries that (RFC 9000, section 14). A larger size would need
     * probes: where datagrams are lost, quiche's probes take the place of retransmissions, and quiche does not notice a path that shrinks.
     */
    static final int LARGEST_DATAGRAM = 1200;

    /** How many datagrams of one size go to the system in one call. */
    private static final int SEGMENTS = 16;

    private static final int RECEIVE_SIZE = 2048;

    /** The most bytes that the system hands over at once: consecutive datagrams of one peer. */
    private static final int RECEIVE_AT_ONCE = 65_535;

    private Codec() {}

    static <B extends QuicCodecBuilder<B>> B settings(
            B builder, Duration idleTimeout, @Nullable CongestionControl congestion) {
        builder.maxIdleTimeout(idleTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .initialMaxData(CONNECTION_BUFFER)
                .initialMaxStreamDataBidirectionalLocal(STREAM_BUFFER)
                .initialMaxStreamDataBidirectionalRemote(STREAM_BUFFER)
                .initialMaxStreamsUnidirectional(0)
                .maxSendUdpPayloadSize(LARGEST_DATAGRAM)
                .maxRecvUdpPayloadSize(RECEIVE_SIZE)
                .discoverPmtu(false)
                .activeMigration(false);
        if (congestion != null) {
            builder.congestionControlAlgorithm(algorithm(congestion));
        }
        return builder;
    }

    private static QuicCongestionControlAlgorithm algorithm(CongestionControl wanted) {
        return switch (wanted) {
            case CUBIC -> QuicCongestionControlAlgorithm.CUBIC;
            case RENO -> QuicCongestionControlAlgorithm.RENO;
            case BBR -> QuicCongestionControlAlgorithm.BBR;
        };
    }

    /** A socket for QUIC. {@code further} adds what follows the handlers that each socket has. */
    static Bootstrap socket(EventLoops.Share share, Consumer<ChannelPipeline> further) {
        Bootstrap socket = new Bootstrap()
                .group(share.group())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        further.accept(
                                channel.pipeline().addLast(new OutboundTap()).addLast(share.busyPoll().new Batches()));
                    }
                })
                .channel(EventLoops.channel())
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER);
        return EventLoops.epoll()
                ? socket.option(EpollChannelOption.UDP_GRO, true)
                        .option(ChannelOption.RECVBUF_ALLOCATOR, receive(RECEIVE_AT_ONCE))
                : socket.option(ChannelOption.RECVBUF_ALLOCATOR, receive(RECEIVE_SIZE));
    }

    private static FixedRecvByteBufAllocator receive(int size) {
        return new FixedRecvByteBufAllocator(size);
    }

    /** Lets a connection send many datagrams in one system call. */
    static SegmentedDatagramPacketAllocator segments() {
        return EventLoops.epoll()
                ? EpollQuicUtils.newSegmentedAllocator(SEGMENTS)
                : SegmentedDatagramPacketAllocator.NONE;
    }
}
