package io.quicpool.metrics;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.RequestObserver;
import io.quicpool.StreamPool;
import org.jspecify.annotations.Nullable;

/**
 * A span of OpenTelemetry for each request: at a client until the answer has come, a child of the caller's span; at a server until the
 * answer is written, and current while the handler runs. In CDI every pool has them where an {@link OpenTelemetry} can be injected. In
 * code:
 *
 * <pre>{@code QuicPools.open(config, List.of(new OpenTelemetryTraces(openTelemetry)))}</pre>
 *
 * <p>The span of a server begins a trace of its own: the protocol carries no context. One object serves any number of pools.
 */
public final class OpenTelemetryTraces implements PoolObserver {

    private final Tracer tracer;

    /** With a tracer named {@code io.quicpool}. */
    public OpenTelemetryTraces(OpenTelemetry telemetry) {
        this(telemetry.getTracer("io.quicpool"));
    }

    /** With this tracer. */
    public OpenTelemetryTraces(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public PoolObserver forPool(StreamPool pool) {
        SpanKind kind = pool instanceof ClientPool ? SpanKind.CLIENT : SpanKind.SERVER;
        String name = pool.name();
        return new PoolObserver() {
            @Override
            public RequestObserver requested() {
                SpanBuilder span =
                        tracer.spanBuilder("request " + name).setSpanKind(kind).setAttribute("quicpool.pool", name);
                if (kind == SpanKind.SERVER) {
                    // The thread may have the context of another request, whose end gave this one its place.
                    span.setNoParent();
                }
                return new Traced(span.startSpan());
            }
        };
    }

    private static final class Traced implements RequestObserver {

        private final Span span;
        // Only for the thread of the handler.
        private @Nullable Scope scope;

        Traced(Span span) {
            this.span = span;
        }

        @SuppressWarnings("MustBeClosedChecker") // handlerReturns closes it
        @Override
        public void handlerStarts() {
            scope = span.makeCurrent();
        }

        @Override
        public void handlerReturns() {
            Scope current = scope;
            if (current != null) {
                current.close();
            }
        }

        @Override
        public void ended(long nanos, End end) {
            String outcome = Metric.outcome(end);
            span.setAttribute("quicpool.outcome", outcome);
            if (end != End.ANSWERED) {
                span.setAttribute("error.type", outcome);
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }
    }
}
