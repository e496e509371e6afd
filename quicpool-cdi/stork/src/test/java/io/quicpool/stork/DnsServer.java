package io.quicpool.stork;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A name server on loopback that knows a few records. */
final class DnsServer implements AutoCloseable {

    private record Key(String name, DnsRecordType type) {}

    private final Map<Key, List<byte[]>> records = new ConcurrentHashMap<>();
    private final NioEventLoopGroup loop = new NioEventLoopGroup(1);
    private final Channel channel;
    private volatile boolean failing;

    DnsServer() throws InterruptedException {
        channel = new Bootstrap()
                .group(loop)
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<DatagramChannel>() {
                    @Override
                    protected void initChannel(DatagramChannel made) {
                        made.pipeline()
                                .addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), answers());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
    }

    private SimpleChannelInboundHandler<DatagramDnsQuery> answers() {
        return new SimpleChannelInboundHandler<>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
                var unused = context.writeAndFlush(answer(query));
            }
        };
    }

    private DatagramDnsResponse answer(DatagramDnsQuery query) {
        DatagramDnsResponse response =
                new DatagramDnsResponse(/* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id());
        DnsQuestion question = query.recordAt(DnsSection.QUESTION);
        response.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
        List<byte[]> found = records.getOrDefault(new Key(question.name(), question.type()), List.of());
        if (failing) {
            response.setCode(DnsResponseCode.SERVFAIL);
        } else if (found.isEmpty()) {
            response.setCode(DnsResponseCode.NXDOMAIN);
        } else {
            found.forEach(each -> response.addRecord(DnsSection.ANSWER, record(question, each)));
        }
        return response;
    }

    private static DnsRecord record(DnsQuestion question, byte[] content) {
        return new DefaultDnsRawRecord(question.name(), question.type(), 1, Unpooled.wrappedBuffer(content));
    }

    String address() {
        InetSocketAddress local = (InetSocketAddress) channel.localAddress();
        return local.getAddress().getHostAddress() + ":" + local.getPort();
    }

    /** From now on the name has these addresses. */
    void addresses(String name, String... ips) {
        records.put(
                new Key(name + ".", DnsRecordType.A),
                List.of(ips).stream().map(DnsServer::ip).toList());
    }

    /** From now on the service has these instances, each {@code HOST:PORT}. */
    void service(String name, String... instances) {
        records.put(
                new Key(name + ".", DnsRecordType.SRV),
                List.of(instances).stream().map(DnsServer::srv).toList());
    }

    /** From now on it answers everybody that it has failed, or no longer does. */
    void fail(boolean fails) {
        failing = fails;
    }

    private static byte[] ip(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    // RFC 2782: priority, weight, port, target.
    private static byte[] srv(String instance) {
        int colon = instance.indexOf(':');
        ByteBuf content = Unpooled.buffer();
        content.writeShort(1).writeShort(1).writeShort(Integer.parseInt(instance.substring(colon + 1)));
        for (String label : instance.substring(0, colon).split("\\.", -1)) {
            content.writeByte(label.length()).writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        content.writeByte(0);
        byte[] bytes = new byte[content.readableBytes()];
        content.readBytes(bytes);
        return bytes;
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        var unused = loop.shutdownGracefully();
    }
}
