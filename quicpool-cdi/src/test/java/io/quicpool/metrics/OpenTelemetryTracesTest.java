package io.quicpool.metrics;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.QuicPools;
import io.quicpool.RequestFailedException;
import io.quicpool.RequestObserver;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenTelemetryTracesTest {

    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("quicpool.outcome");
    private static final byte[] QUESTION = {1};

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(spans))
            .build();
    private final Tracer tracer = provider.get("test");
    private final Pools pools = new Pools();
    private final CompletableFuture<byte[]> never = new CompletableFuture<>();
    private volatile Span inHandler = Span.getInvalid();
    private ServerPool server;
    private ClientPool client;

    @BeforeEach
    void open() {
        OpenTelemetryTraces traces = new OpenTelemetryTraces(tracer);
        server = pools.keep(QuicPools.open(
                ServerPoolConfig.builder()
                        .name("prices")
                        .transport(Pools.SERVER_ENGINE)
                        .listen("127.0.0.1:0")
                        .certificate(Pools.CERTIFICATE)
                        .build(),
                List.of(traces)));
        client = pools.keep(QuicPools.open(
                ClientPoolConfig.builder()
                        .name("shop")
                        .transport(Pools.CLIENT_ENGINE)
                        .target("127.0.0.1:" + server.localAddress().getPort())
                        .tlsMode(TlsMode.SELF_SIGNED)
                        .fingerprint(Pools.CERTIFICATE.fingerprint())
                        .build(),
                List.of(traces)));
    }

    @AfterEach
    void close() {
        pools.close();
        provider.close();
    }

    private SpanData span(String name) {
        await().until(() -> spans.getFinishedSpanItems().stream()
                .anyMatch(each -> each.getName().equals(name)));
        return spans.getFinishedSpanItems().stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRequestHasASpanAtEachEnd() throws Exception {
        server.answer(request -> {
            inHandler = Span.current();
            return CompletableFuture.completedFuture(request.bytes());
        });
        Span caller = tracer.spanBuilder("caller").startSpan();
        try (Scope scope = caller.makeCurrent()) {
            assertThat(client.requestBlocking(QUESTION, SOON)).isEqualTo(QUESTION);
            assertThat(scope).isNotNull();
        }
        SpanData asked = span("request shop");
        assertThat(asked.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(asked.getParentSpanId()).isEqualTo(caller.getSpanContext().getSpanId());
        assertThat(asked.getAttributes().get(OUTCOME)).isEqualTo("answered");
        assertThat(asked.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        SpanData answered = span("request prices");
        assertThat(answered.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(answered.getSpanId()).isEqualTo(inHandler.getSpanContext().getSpanId());
        // The protocol carries no context.
        assertThat(answered.getParentSpanContext().isValid()).isFalse();
        assertThat(answered.getAttributes().get(OUTCOME)).isEqualTo("answered");
    }

    @Test
    void aHandlerThatFailsIsAnErrorAtBothEnds() {
        server.answer(request -> {
            throw new IllegalStateException("no price");
        });
        assertThatThrownBy(() -> client.requestBlocking(QUESTION, SOON)).isInstanceOf(RequestFailedException.class);
        for (String name : List.of("request shop", "request prices")) {
            assertThat(span(name).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span(name).getAttributes().get(OUTCOME)).isEqualTo("failed");
        }
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }

    @Test
    void aRequestThatTimesOutIsCancelledAtItsServer() {
        server.answer(request -> never);
        await().until(() -> client.active() > 0);
        assertThatThrownBy(() -> client.requestBlocking(QUESTION, Duration.ofMillis(300)))
                .hasMessageContaining("no answer within");
        assertThat(span("request shop").getAttributes().get(OUTCOME)).isEqualTo("timed-out");
        assertThat(span("request prices").getAttributes().get(OUTCOME)).isEqualTo("cancelled");
    }

    /** The end of a request gives its place to the next one, on a thread that may have the context of the first. */
    @Test
    void aRequestOfAServerHasNoParentWhicheverThreadReceivesIt() {
        PoolObserver ofServer = new OpenTelemetryTraces(tracer).forPool(server);
        Span another = tracer.spanBuilder("another").startSpan();
        try (Scope scope = another.makeCurrent()) {
            assertThat(scope).isNotNull();
            RequestObserver next = Objects.requireNonNull(ofServer.requested());
            next.ended(1, RequestObserver.End.ANSWERED);
        }
        assertThat(span("request prices").getParentSpanContext().isValid()).isFalse();
    }
}
