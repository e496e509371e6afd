package io.quicpool.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;

/**
 * Passes a host name to the JDK's trust manager, which takes it only from an {@code SSLEngine} and then checks the certificate
 * against it as for HTTPS. All other methods of an engine throw.
 */
final class IdentityEngine extends SSLEngine {

    private final SSLSession session;

    IdentityEngine(String host) {
        super(host, -1);
        session = IdentitySession.of(host);
    }

    @Override
    public SSLSession getHandshakeSession() {
        return session;
    }

    @Override
    public SSLSession getSession() {
        return session;
    }

    @Override
    public SSLParameters getSSLParameters() {
        SSLParameters parameters = new SSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return parameters;
    }

    @Override
    public boolean getUseClientMode() {
        return true;
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("this engine only carries a host name");
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length, ByteBuffer target) {
        throw unsupported();
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int length) {
        throw unsupported();
    }

    @Override
    public Runnable getDelegatedTask() {
        throw unsupported();
    }

    @Override
    public void closeInbound() {
        throw unsupported();
    }

    @Override
    public boolean isInboundDone() {
        throw unsupported();
    }

    @Override
    public void closeOutbound() {
        throw unsupported();
    }

    @Override
    public boolean isOutboundDone() {
        throw unsupported();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        throw unsupported();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        throw unsupported();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        throw unsupported();
    }

    @Override
    public String[] getSupportedProtocols() {
        throw unsupported();
    }

    @Override
    public String[] getEnabledProtocols() {
        throw unsupported();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        throw unsupported();
    }

    @Override
    public void beginHandshake() {
        throw unsupported();
    }

    @Override
    public SSLEngineResult.HandshakeStatus getHandshakeStatus() {
        throw unsupported();
    }

    @Override
    public void setUseClientMode(boolean mode) {
        throw unsupported();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        throw unsupported();
    }

    @Override
    public boolean getNeedClientAuth() {
        throw unsupported();
    }

    @Override
    public void setWantClientAuth(boolean want) {
        throw unsupported();
    }

    @Override
    public boolean getWantClientAuth() {
        throw unsupported();
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {
        throw unsupported();
    }

    @Override
    public boolean getEnableSessionCreation() {
        throw unsupported();
    }
}
