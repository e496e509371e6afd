"""What all attacks share: a server, a time limit, and clients."""

import time

from wire import Client

# A forbidden address, an allowed one, and one that is forged as the source of datagrams.
FORBIDDEN, ALLOWED, FORGED = "127.0.0.2", "127.0.0.1", "127.0.0.9"


class Attacker:
    """One attack, bounded by a count and by the given seconds."""

    def __init__(self, port, seconds):
        self.server = ("127.0.0.1", port)
        self.end = time.monotonic() + seconds
        self.seconds = seconds
        self.clients = []

    def _client(self, **settings):
        client = Client(self.server, **settings)
        self.clients.append(client)
        return client

    def _connected(self, **settings):
        client = self._client(**settings)
        if not client.connect(60.0):
            raise RuntimeError(f"not connected: {client.closed}")
        # Stream credit and connection ids may arrive after the handshake.
        client.until(lambda: client.credit() > 0, 30.0)
        return client

    def _left(self):
        return time.monotonic() < self.end

    def _flood(self, packets, rate=4000, hear=True, client=None, least=0):
        """Sends packets with these frames until the time is over. Acknowledges nothing.

        With ``least``, so many at least, however long that takes here, unless the server has enough before that.
        """
        client = client or self._connected()
        client.lenient = True
        sent = 0
        begin = time.monotonic()
        for payload in packets:
            is_over = sent >= least and time.monotonic() > begin + self.seconds
            if is_over or client.closed is not None:
                break
            client.raw(payload)
            sent += 1
            if sent % 20 == 0:
                if hear:
                    self._hear(client)
                ahead = begin + sent / rate - time.monotonic()
                if ahead > 0:
                    time.sleep(ahead)
        if least > 0:
            client.until(lambda: client.closed is not None, 60.0)
        return self._result(client, sent=sent)

    # It notices a close, but acknowledges nothing: what aioquic wants to send is dropped.
    @staticmethod
    def _hear(client):
        client.received()

    def _result(self, client, **counts):
        self._hear(client)
        counts["closed"] = "no" if client.closed is None else client.closed
        return counts

    def _violations(self, of):
        connections = 0
        while self._left() and connections < 60:
            client = self._client()
            if not client.connect(30.0):
                break
            client.raw(of(connections))
            connections += 1
            client.until(lambda: client.closed is not None, 0.02)
            client.close()
        return {"connections": connections}
