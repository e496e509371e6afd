package io.quicpool.transport.kwik;

import io.quicpool.transport.Gate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.extension.Extension;
import tech.kwik.core.impl.TransportParameters;
import tech.kwik.core.impl.Version;
import tech.kwik.core.tls.QuicTransportParametersExtension;

/**
 * The transport parameters of both sides of a server's connection (RFC 9000, section 18), where kwik must not see or send them as they are.
 * The first packet's thread sets them; any thread reads them afterwards.
 */
final class ServerParameters {

    private static final TransportParameters.VersionInformation ONLY_VERSION_1 =
            new TransportParameters.VersionInformation(Version.QUIC_version_1, List.of(Version.QUIC_version_1));

    // Set before the first packet is processed.
    private Gate.@Nullable Proof proof;
    private volatile long peersIdleTimeout;
    private volatile long initialMaxStreams;

    /** The client came back with this token, to the connection id of a Retry packet. */
    void proof(Gate.@Nullable Proof ofRetry) {
        proof = ofRetry;
    }

    /** Whether the client has proved its address. */
    boolean isProved() {
        return proof != null;
    }

    /** Whether a client that has proved its address sends the token of the proof. It must in each Initial packet (RFC 9000, 8.1.2). */
    boolean isProof(byte @Nullable [] token) {
        return proof != null && Arrays.equals(token, proof.token());
    }

    /** The client's parameters have come. kwik has not seen them yet. */
    void received(List<Extension> ofClient) {
        parameters(ofClient).forEach(parameters -> {
            // kwik would switch to version 2 for a client that prefers it (RFC 9368), and then drop all its packets.
            // For a
            // client that lists no known version it would throw.
            parameters.setVersionInformation(null);
            // kwik keeps 32 bits of a limit that may have 62, and would refuse the client for a negative rest. It gives
            // no
            // client more than a few ids.
            if (parameters.getActiveConnectionIdLimit() < 0) {
                parameters.setActiveConnectionIdLimit(Integer.MAX_VALUE);
            }
            peersIdleTimeout = parameters.getMaxIdleTimeout();
        });
    }

    /** kwik has made its own parameters, for a connection that began with this id. They are about to be sent. */
    void toSend(List<Extension> ofServer, byte[] id) {
        parameters(ofServer).forEach(parameters -> {
            initialMaxStreams = parameters.getInitialMaxStreamsBidi();
            parameters.setVersionInformation(ONLY_VERSION_1);
            if (proof != null) {
                // The client checks both (RFC 9000, section 7.3).
                parameters.setOriginalDestinationConnectionId(proof.firstId());
                parameters.setRetrySourceConnectionId(id);
            }
        });
    }

    private static Stream<TransportParameters> parameters(List<Extension> extensions) {
        return extensions.stream()
                .filter(QuicTransportParametersExtension.class::isInstance)
                .map(each -> ((QuicTransportParametersExtension) each).getTransportParameters());
    }

    /** The idle time-out that the client has set, in milliseconds; 0 for none. */
    long peersIdleTimeout() {
        return peersIdleTimeout;
    }

    /** How many streams this side has allowed the client at first. */
    long initialMaxStreams() {
        return initialMaxStreams;
    }
}
