package io.quicpool.it.containers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** Receives metrics by OTLP over HTTP and keeps the last values of the pools of each service. */
final class OtlpReceiver implements AutoCloseable {

    /** What a service sent last. */
    record Export(int number, Map<String, Double> values) {}

    private final HttpServer server;
    private final Map<String, Export> last = new ConcurrentHashMap<>();

    OtlpReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::receive);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What this service sent last. Values are named {@code name{a=b,c=d}}, histograms have their counts. */
    Export last(String service) {
        return last.getOrDefault(service, new Export(0, Map.of()));
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            try (InputStream body =
                    zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
                if (exchange.getRequestURI().getPath().equals("/v1/metrics")) {
                    ExportMetricsServiceRequest.parseFrom(body)
                            .getResourceMetricsList()
                            .forEach(this::keep);
                }
            }
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private void keep(ResourceMetrics resource) {
        String service = attributes(resource.getResource().getAttributesList()).getOrDefault("service.name", "?");
        Map<String, Double> values = new TreeMap<>();
        for (ScopeMetrics scope : resource.getScopeMetricsList()) {
            if (scope.getScope().getName().equals("io.quicpool")) {
                scope.getMetricsList().forEach(metric -> keep(metric, values));
            }
        }
        if (!values.isEmpty()) {
            last.compute(
                    service,
                    (name, before) -> new Export(before == null ? 1 : before.number() + 1, Map.copyOf(values)));
        }
    }

    private static void keep(Metric metric, Map<String, Double> values) {
        metric.getSum()
                .getDataPointsList()
                .forEach(point -> values.put(name(metric, point.getAttributesList()), (double) point.getAsInt()));
        metric.getHistogram()
                .getDataPointsList()
                .forEach(point -> values.put(name(metric, point.getAttributesList()), (double) point.getCount()));
    }

    private static String name(Metric metric, List<KeyValue> attributes) {
        return metric.getName()
                + attributes(attributes).entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining(",", "{", "}"));
    }

    private static Map<String, String> attributes(List<KeyValue> attributes) {
        Map<String, String> text = new TreeMap<>();
        attributes.forEach(each -> text.put(each.getKey(), each.getValue().getStringValue()));
        return text;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
