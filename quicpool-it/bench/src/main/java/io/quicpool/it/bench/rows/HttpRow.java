package io.quicpool.it.bench.rows;

import io.quicpool.config.KeyMaterial;
import io.quicpool.it.support.PemFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** HTTP/2 over TCP and TLS: the client of the JDK, and Jetty. */
final class HttpRow implements Row {

    private static final char[] PASSWORD = "bench".toCharArray();

    @Override
    public String name() {
        return "http2";
    }

    @Override
    public boolean isTcp() {
        return true;
    }

    @Override
    public Server serve(String host, PemFiles keys) throws Exception {
        KeyMaterial material = KeyMaterial.fromPem(keys.certificate(), keys.privateKey());
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "bench",
                material.privateKey(),
                PASSWORD,
                material.certificateChain().toArray(X509Certificate[]::new));
        SslContextFactory.Server ssl = new SslContextFactory.Server();
        ssl.setKeyStore(store);
        ssl.setKeyStorePassword(new String(PASSWORD));
        HttpConfiguration http = new HttpConfiguration();
        http.addCustomizer(new SecureRequestCustomizer(false));
        HTTP2ServerConnectionFactory http2 = new HTTP2ServerConnectionFactory(http);
        // By default Jetty takes a client that asks this often for an attacker.
        http2.setRateControlFactory(new org.eclipse.jetty.http2.RateControl.Factory() {});
        http2.setMaxConcurrentStreams(1024);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory(http2.getProtocol());
        org.eclipse.jetty.server.Server server = new org.eclipse.jetty.server.Server();
        ServerConnector connector =
                new ServerConnector(server, new SslConnectionFactory(ssl, alpn.getProtocol()), alpn, http2);
        connector.setHost(host);
        server.addConnector(connector);
        server.setHandler(new Echo());
        server.start();
        return new Server() {
            @Override
            public int port() {
                return connector.getLocalPort();
            }

            @Override
            public void close() throws Exception {
                server.stop();
            }
        };
    }

    private static final class Echo extends Handler.Abstract.NonBlocking {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            Content.copy(request, response, callback);
            return true;
        }
    }

    @Override
    public Client connect(String host, int port, PemFiles keys, int callers) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "bench",
                KeyMaterial.fromPem(keys.certificate(), keys.privateKey())
                        .certificateChain()
                        .get(0));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(tls)
                .build();
        URI uri = new URI("https", null, host, port, "/", null, null);
        // One connection first: callers that ask at once would open one each.
        checked(http.send(request(uri, new byte[1]), HttpResponse.BodyHandlers.ofByteArray()));
        return new Client() {
            @Override
            public boolean blocks() {
                return false;
            }

            @Override
            public CompletableFuture<byte[]> ask(byte[] request) {
                return http.sendAsync(request(uri, request), HttpResponse.BodyHandlers.ofByteArray())
                        .thenApply(HttpResponse::body);
            }

            // The client ends with its process.
            @Override
            public void close() {}
        };
    }

    private static HttpRequest request(URI uri, byte[] body) {
        return HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    private static void checked(HttpResponse<?> first) throws IOException {
        if (first.version() != HttpClient.Version.HTTP_2 || first.statusCode() != 200) {
            throw new IOException("expected HTTP/2 and 200: " + List.of(first.version(), first.statusCode()));
        }
    }
}
