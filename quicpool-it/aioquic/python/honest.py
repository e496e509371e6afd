"""An honest peer. As a client it reads lines with a test and a port. As a server it echoes and prints its port."""

import sys
import time

from aioquic.quic import events

from wire import ID_BYTES, Client, Peer, Server


def echo(server):
    """Many streams have different ids, and each echoes its own data."""
    client = connected(server)
    streams = {client.stream(bytes([i]) * 1_000 * i, fin=True): i for i in range(1, 21)}
    client.until(lambda: client.ended >= streams.keys(), 60.0)
    answers = {i: client.answers.get(stream, b"") for stream, i in streams.items()}
    right = sum(answer[ID_BYTES:] == bytes([i]) * 1_000 * i for i, answer in answers.items())
    ids = len({answer[:ID_BYTES] for answer in answers.values()})
    return {"right": right, "ids": ids}


def key_update(server):
    """An echo after each key update (RFC 9001, section 6)."""
    client = connected(server)
    right = 0
    for i in range(5):
        client.quic.request_key_update()
        right += client.ask(b"%d" % i) == b"%d" % i
    return {"right": right}


def long_client_hello(server):
    """A ClientHello that does not fit into one packet."""
    client = connected(server, alpn_protocols=[f"other-{i:060}" for i in range(20)] + ["np-quic"])
    return {"right": client.ask(b"long") == b"long"}


def grease(server):
    """Offers unknown versions beside the one that is used (RFC 9368)."""
    client = connected(server, original_version=1, supported_versions=[0x1A2A3A4A, 1])
    return {"right": client.ask(b"grease") == b"grease"}


def connected(server, **settings):
    client = Client(server, **settings)
    if not client.connect(60.0):
        raise RuntimeError(f"not connected: {client.closed}")
    client.until(lambda: client.credit() > 20, 30.0)
    return client


class Echo(Peer):
    """Gives each stream its number as its id, and echoes its data."""

    def __init__(self, *args):
        super().__init__(*args)
        self.known = set()
        self.stopped = set()

    def came(self, event):
        if isinstance(event, events.StopSendingReceived):
            self.stopped.add(event.stream_id)
        elif isinstance(event, events.StreamDataReceived):
            stream, data = event.stream_id, event.data
            if stream not in self.known:
                self.known.add(stream)
                data = stream.to_bytes(ID_BYTES, "big") + data[1:]
            if stream not in self.stopped:
                self.quic.send_stream_data(stream, data, end_stream=event.end_stream)

    def act(self):
        """The data was processed when it arrived."""


def main():
    if len(sys.argv) > 1:
        server = Server(sys.argv[1], sys.argv[2], Echo)
        print(f"port {server.port}", flush=True)
        while True:
            server.step()
    for line in sys.stdin:
        name, port = line.split()
        begin = time.monotonic()
        result = globals()[name](("127.0.0.1", int(port)))
        print("done " + ", ".join(f"{key} {value}" for key, value in result.items()), flush=True)
        print(f"{name}: {time.monotonic() - begin:.2f} s", file=sys.stderr, flush=True)


main()
