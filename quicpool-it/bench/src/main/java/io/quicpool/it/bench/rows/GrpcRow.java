package io.quicpool.it.bench.rows;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.quicpool.it.support.PemFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/** gRPC-java over HTTP/2, TCP and TLS: a unary call whose message is bytes. */
final class GrpcRow implements Row {

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private static final MethodDescriptor<byte[], byte[]> ECHO = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("bench/echo")
            .setRequestMarshaller(BYTES)
            .setResponseMarshaller(BYTES)
            .build();

    private final boolean blocks;

    GrpcRow(boolean blocks) {
        this.blocks = blocks;
    }

    @Override
    public String name() {
        return blocks ? "grpc-blocking" : "grpc";
    }

    @Override
    public boolean isTcp() {
        return true;
    }

    @Override
    public Server serve(String host, PemFiles keys) throws IOException {
        io.grpc.Server server = NettyServerBuilder.forAddress(new InetSocketAddress(host, 0))
                .useTransportSecurity(
                        keys.certificate().toFile(), keys.privateKey().toFile())
                .addService(ServerServiceDefinition.builder("bench")
                        .addMethod(ECHO, ServerCalls.asyncUnaryCall((request, answer) -> {
                            answer.onNext(request);
                            answer.onCompleted();
                        }))
                        .build())
                .build()
                .start();
        return new Server() {
            @Override
            public int port() {
                return server.getPort();
            }

            @Override
            public void close() {
                server.shutdownNow();
            }
        };
    }

    @Override
    public Client connect(String host, int port, PemFiles keys, int callers) throws IOException {
        ManagedChannel channel = NettyChannelBuilder.forAddress(host, port)
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(keys.certificate().toFile())
                        .build())
                .overrideAuthority("localhost")
                .build();
        return new Client() {
            @Override
            public boolean blocks() {
                return blocks;
            }

            @Override
            public byte[] call(byte[] request) {
                return ClientCalls.blockingUnaryCall(channel, ECHO, CallOptions.DEFAULT, request);
            }

            @Override
            public CompletableFuture<byte[]> ask(byte[] request) {
                Answer answer = new Answer();
                ClientCalls.asyncUnaryCall(channel.newCall(ECHO, CallOptions.DEFAULT), request, answer);
                return answer.future;
            }

            @Override
            public void close() {
                channel.shutdownNow();
            }
        };
    }

    private static final class Answer implements StreamObserver<byte[]> {

        private final CompletableFuture<byte[]> future = new CompletableFuture<>();

        @Override
        public void onNext(byte[] value) {
            future.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
            future.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {}
    }
}
