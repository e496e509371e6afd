"""Servers that mean ill: the arguments are certificate and key; each line of input names what the next one does, and is answered by its port."""

import select
import sys

from aioquic.tls import Epoch

from frames import (
    CONNECTION_CLOSE,
    CRYPTO,
    FIN,
    HUGE,
    LENGTH,
    MAX_STREAMS,
    NEW_CONNECTION_ID,
    NEW_TOKEN,
    PATH_CHALLENGE,
    PING,
    RESET_STREAM,
    STREAM,
)
from wire import Peer, Server, frame

# Packets at each turn, of which there are some hundred in a second.
BURST = 20


class Hostile(Peer):
    """Does what its subclass says once its handshake is complete."""

    def __init__(self, *args):
        super().__init__(*args)
        self.heard = set()
        self.count = 0

    def act(self):
        if self.quic._handshake_complete and self.closed is None:
            for stream in sorted(self.answers.keys() - self.heard):
                self.heard.add(stream)
                self.hello(stream)
            self.turn()

    def hello(self, stream):
        """The client has opened this stream."""
        self.quic.send_stream_data(stream, len(self.heard).to_bytes(4, "big"))

    def turn(self):
        """Some time has gone by."""

    def numbers(self):
        """The next of a burst."""
        for _ in range(BURST):
            self.count += 1
            yield self.count


class NoIds(Hostile):
    """Streams are opened, and get no id."""

    def hello(self, stream):
        pass


class DoubledIds(Hostile):
    def hello(self, stream):
        self.quic.send_stream_data(stream, b"\x00\x00\x00\x07")


class ShortIds(Hostile):
    def hello(self, stream):
        self.quic.send_stream_data(stream, b"\x00", end_stream=True)


class ResetStreams(Hostile):
    def hello(self, stream):
        self.quic.reset_stream(stream, 1)


class Flood(Hostile):
    """Behind the id of each stream as much as the windows hold, which nobody has asked for."""

    def hello(self, stream):
        self.quic.send_stream_data(stream, len(self.heard).to_bytes(4, "big") + b"x" * 200_000)


class NoStreams(Hostile):
    """Lets nobody open a stream."""

    def __init__(self, quic, *rest):
        quic._local_max_streams_bidi.value = quic._local_max_streams_bidi.sent = 0
        super().__init__(quic, *rest)


class Closes(Hostile):
    """With a reason that is long, and not for a log."""

    def turn(self):
        reason = b"a\xc2\x85b\xe2\x80\xaec\x1b[31md\ne\rf\xe2\x80\xa8g\xff" + b"r" * 900
        self.raw(frame(CONNECTION_CLOSE, 7, len(reason), reason))


class OpensStreams(Hostile):
    """Streams of its own, of both kinds, whether it may or not."""

    def turn(self):
        for number in self.numbers():
            self.raw(frame(STREAM | LENGTH, number * 4 + 1, 1, b"x", STREAM | FIN, number * 4 + 3))


class ResetsUnknown(Hostile):
    """Resets streams that the client has not opened yet."""

    def turn(self):
        for number in self.numbers():
            self.raw(frame(RESET_STREAM, 4 * (number + 1_000), 0, 0))


class Tickets(Hostile):
    """TLS session tickets without end."""

    def turn(self):
        ticket = frame(b"\x00\x00\x0e\x10", b"\x00\x00\x00\x00", b"\x08", b"nonce..", b"n", b"\x02\x00", b"t" * 512, b"\x00\x00")
        message = b"\x04" + len(ticket).to_bytes(3, "big") + ticket
        offset = self.quic._crypto_streams[Epoch.ONE_RTT].sender._buffer_stop
        for number in self.numbers():
            self.raw(frame(CRYPTO, offset + (number - 1) * len(message), len(message), message))


class NewTokens(Hostile):
    def turn(self):
        for _ in self.numbers():
            self.raw(frame(NEW_TOKEN, 1000, b"t" * 1000))


class NewConnectionIds(Hostile):
    """Each retires all before it."""

    def turn(self):
        for number in self.numbers():
            cid = (number + 8).to_bytes(8, "big")
            self.raw(frame(NEW_CONNECTION_ID, number + 8, number + 8, b"\x08", cid, cid + cid))


class Pings(Hostile):
    def turn(self):
        for _ in self.numbers():
            self.raw(frame(PING, PATH_CHALLENGE, b"12345678"))


class HugeWindows(Hostile):
    def turn(self):
        self.raw(frame(MAX_STREAMS, HUGE >> 2))


KINDS = {kind.__name__: kind for kind in Hostile.__subclasses__()}


def main():
    server = None
    while True:
        ready, _, _ = select.select([sys.stdin], [], [], 0 if server else None)
        if ready:
            name = sys.stdin.readline().strip()
            if not name:
                break
            server = Server(sys.argv[1], sys.argv[2], KINDS[name])
            print(f"port {server.port}", flush=True)
        server.step()


main()
