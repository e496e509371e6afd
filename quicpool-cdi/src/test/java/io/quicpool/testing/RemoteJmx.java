package io.quicpool.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.rmi.server.RMIClientSocketFactory;
import java.rmi.server.RMIServerSocketFactory;
import java.util.Map;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;

/** The platform's MBean server behind a real remote connector, on loopback. */
public final class RemoteJmx implements AutoCloseable {

    private final JMXConnectorServer server;
    private final JMXConnector connector;

    public RemoteJmx() {
        try {
            server = JMXConnectorServerFactory.newJMXConnectorServer(
                    new JMXServiceURL("rmi", "127.0.0.1", 0),
                    Map.of(
                            RMIConnectorServer.RMI_SERVER_SOCKET_FACTORY_ATTRIBUTE,
                            new Loopback(),
                            RMIConnectorServer.RMI_CLIENT_SOCKET_FACTORY_ATTRIBUTE,
                            new ToLoopback()),
                    ManagementFactory.getPlatformMBeanServer());
            server.start();
            connector = server.toJMXConnector(null);
            connector.connect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public MBeanServerConnection connection() {
        try {
            return connector.getMBeanServerConnection();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            connector.close();
            server.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Loopback implements RMIServerSocketFactory {
        @Override
        public ServerSocket createServerSocket(int port) throws IOException {
            return new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        }
    }

    private static final class ToLoopback implements RMIClientSocketFactory, java.io.Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return new Socket(InetAddress.getLoopbackAddress(), port);
        }
    }
}
