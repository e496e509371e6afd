"""Hostile servers. Each line of input names the behaviour of the next one. The answer is its port."""

import os
import select
import socket
import sys

from aioquic.buffer import Buffer
from aioquic.quic.packet import encode_quic_retry, encode_quic_version_negotiation
from aioquic.tls import Epoch

import chain
from frames import (
    ACK,
    ACK_ECN,
    CONNECTION_CLOSE,
    CRYPTO,
    DATAGRAM,
    FIN,
    HANDSHAKE_DONE,
    HUGE,
    LENGTH,
    MAX_STREAMS,
    NEW_CONNECTION_ID,
    NEW_TOKEN,
    OFFSET,
    PATH_CHALLENGE,
    PING,
    RESET_STREAM,
    RETIRE_CONNECTION_ID,
    STREAM,
)
from wire import Client, Peer, Server, frame

# Packets in each round. There are some hundred rounds in a second.
BURST = 20


class Hostile(Peer):
    """A server that misbehaves in the way of its subclass once the handshake is complete."""

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
        """Called periodically."""

    def numbers(self):
        """The next of a burst."""
        for _ in range(BURST):
            self.count += 1
            yield self.count


class NoIds(Hostile):
    """Gives no ids."""

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
    """Sends as much unrequested data after each id as the windows allow."""

    def hello(self, stream):
        self.quic.send_stream_data(stream, len(self.heard).to_bytes(4, "big") + b"x" * 200_000)


class NoStreams(Hostile):
    """Gives no stream credit."""

    def __init__(self, quic, *rest):
        quic._local_max_streams_bidi.value = quic._local_max_streams_bidi.sent = 0
        super().__init__(quic, *rest)


class Closes(Hostile):
    """Closes with a long reason that is unsafe to log."""

    def turn(self):
        reason = b"a\xc2\x85b\xe2\x80\xaec\x1b[31md\ne\rf\xe2\x80\xa8g\xff" + b"r" * 900
        self.raw(frame(CONNECTION_CLOSE, 7, len(reason), reason))


class OpensStreams(Hostile):
    """Opens streams of both kinds, with or without credit."""

    def turn(self):
        for number in self.numbers():
            self.raw(frame(STREAM | LENGTH, number * 4 + 1, 1, b"x", STREAM | FIN, number * 4 + 3))


class ResetsUnknown(Hostile):
    """Resets streams that the client has not opened yet."""

    def turn(self):
        for number in self.numbers():
            self.raw(frame(RESET_STREAM, 4 * (number + 1_000), 0, 0))


class Tickets(Hostile):
    """Sends Sends TLS session tickets without end."""

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
    """Sends connection ids, each of which retires all earlier ones."""

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


class SilentAfterHalfAnId(Hostile):
    """Sends half an id on each stream and nothing more. PINGs keep the connection up."""

    def hello(self, stream):
        self.quic.send_stream_data(stream, b"\x00\x00")

    def turn(self):
        self.raw(frame(PING))


class UnknownStreams(Hostile):
    """Sends data on streams that the client has not opened yet."""

    def turn(self):
        for number in self.numbers():
            self.raw(frame(STREAM | LENGTH, 4 * (number + 1_000), 4, b"\x00\x00\x00\x01"))


class FarOffsets(Hostile):
    """Sends data and a FIN at the largest offsets."""

    def turn(self):
        self.raw(frame(STREAM | OFFSET | LENGTH, 0, HUGE - 1 - self.count % 2, 1, b"x", RESET_STREAM, 0, 0, HUGE))
        self.count += 1


class SmallPieces(Hostile):
    """Sends single bytes with gaps after each id."""

    def turn(self):
        for number in self.numbers():
            stream = 4 * (number % max(1, len(self.heard)))
            self.raw(b"".join(frame(STREAM | OFFSET | LENGTH, stream, 6 + 2 * (60 * number + k), 1, b"x") for k in range(60)))


class CryptoGaps(Hostile):
    """Sends TLS messages with gaps, some at far offsets."""

    def turn(self):
        offset = self.quic._crypto_streams[Epoch.ONE_RTT].sender._buffer_stop
        for number in self.numbers():
            self.raw(frame(CRYPTO, offset + 2 * number, 1, b"x", CRYPTO, number << 20, 1, b"x"))


class RetiredConnectionIds(Hostile):
    """Retires ids of the client, issued or not."""

    def turn(self):
        for number in self.numbers():
            self.raw(frame(RETIRE_CONNECTION_ID, number))


class FarConnectionIds(Hostile):
    """Sends connection ids with the largest sequence numbers."""

    def turn(self):
        for number in self.numbers():
            cid = number.to_bytes(8, "big")
            self.raw(frame(NEW_CONNECTION_ID, HUGE - number, HUGE - number - 1, b"\x08", cid, cid + cid))


class LyingLengths(Hostile):
    """Sends frames whose length field exceeds any array."""

    def turn(self):
        length = ((1 << 31) - 1, 1 << 30, HUGE)[self.count % 3]
        self.raw((frame(CRYPTO, 0, length), frame(NEW_TOKEN, length), frame(ACK, 0, 0, length, 0))[self.count // 3 % 3])
        self.count += 1


class Acknowledgements(Hostile):
    """Acknowledges sent packets with impossible delays, ranges and ECN counts, then packets that were not sent."""

    def turn(self):
        for number in self.numbers():
            self.raw(frame(ACK_ECN, 0 if number < 1_000 else number, HUGE, 0, 0, HUGE, HUGE, number))


class FramesOfOthers(Hostile):
    """Sends HANDSHAKE_DONE without end, then DATAGRAM, which was not negotiated."""

    def turn(self):
        for number in self.numbers():
            self.raw(frame(HANDSHAKE_DONE) * 50 if number < 1_000 else frame(DATAGRAM, b"x"))


class KeyUpdates(Hostile):
    """Updates the keys with each packet."""

    def turn(self):
        self.quic._cryptos[Epoch.ONE_RTT].update_key()
        self.raw(frame(PING))


class PacketGaps(Hostile):
    """Skips every other packet number."""

    def turn(self):
        for _ in self.numbers():
            self.raw(frame(PING), skip=1)


class Resets(Hostile):
    """Sends datagrams like a stateless reset with an invalid token, then a valid one (RFC 9000, section 10.3)."""

    def turn(self):
        for number in self.numbers():
            token = os.urandom(16) if number < 1_000 else self.quic._host_cids[0].stateless_reset_token
            self.send(b"\x43" + os.urandom(30) + token)


class LongChain(Hostile):
    """Presents a certificate chain of 4 MB."""

    def __init__(self, quic, *rest):
        chain.allow(quic)
        super().__init__(quic, *rest)

    @classmethod
    def configure(cls, configuration):
        chain.configure(configuration, 4_000_000)


class Parameters(Hostile):
    """Adds or changes transport parameters."""

    def __init__(self, quic, *rest):
        serialize = quic._serialize_transport_parameters
        quic._serialize_transport_parameters = lambda: self.parameters(serialize())
        super().__init__(quic, *rest)

    def parameters(self, usual):
        """Sixty kilobytes of unknown parameters."""
        return usual + b"".join(frame(31 * n + 27, 50, b"x" * 50) for n in range(1_100))


class PreferredAddress(Parameters):
    """Asks the client to use another address (preferred address), to which nothing may be sent (section 9.6)."""

    def parameters(self, usual):
        host, port = TRAP.getsockname()
        address = socket.inet_aton(host) + port.to_bytes(2, "big") + bytes(18) + b"\x08" + b"another!" + bytes(16)
        return usual + frame(0x0D, len(address), address)


class LyingParameters(Parameters):
    """A length that exceeds any array."""

    def parameters(self, usual):
        return usual + frame(58, (1 << 31) - 1, b"x")


class HugeParameters(Parameters):
    """Allows the largest numbers, twice."""

    def parameters(self, usual):
        return b"".join(usual_but(usual, {4: HUGE, 5: HUGE, 6: HUGE, 8: 1 << 60, 9: 1 << 60, 1: HUGE, 0x0E: HUGE}))


class Retries(Hostile):
    """Answers everything with Retry packets, each with a token as long as a datagram (section 17.2.5)."""

    @classmethod
    def answers_first(cls, opened, header, address):
        for _ in range(20):
            retry = encode_quic_retry(
                header.version, os.urandom(8), header.source_cid, header.destination_cid, os.urandom(1_400)
            )
            opened.sendto(retry, address)
        return True


class Versions(Hostile):
    """Answers everything with lists of unknown versions (section 6)."""

    @classmethod
    def answers_first(cls, opened, header, address):
        for _ in range(20):
            unknown = [0x1A2A3A4A + 16 * n for n in range(300)]
            opened.sendto(encode_quic_version_negotiation(header.destination_cid, header.source_cid, unknown), address)
        return True


class BrokenInitials(Hostile):
    """Answers the first packet with truncated and undecryptable packets, then continues normally."""

    @classmethod
    def answers_first(cls, opened, header, address):
        for length in (1, 20, 21, 600, 1_200):
            opened.sendto(b"\xc3\x00\x00\x00\x01" + os.urandom(length), address)
        return False


def usual_but(parameters, changes):
    """The transport parameters with other values for some of them."""
    buffer = Buffer(data=parameters)
    while not buffer.eof():
        number, length = buffer.pull_uint_var(), buffer.pull_uint_var()
        value = buffer.pull_bytes(length)
        changed = changes.get(number)
        if changed is not None:
            value = frame(changed)
        yield frame(number, len(value), value)


TRAP = Client.open("127.0.0.3")
KINDS = {kind.__name__: kind for base in (Hostile, Parameters) for kind in base.__subclasses__()}


def trapped():
    """How many datagrams arrived at the address that a client was asked to use."""
    count = 0
    while True:
        try:
            TRAP.recv(65536)
            count += 1
        except BlockingIOError:
            return count


def main():
    server = None
    while True:
        ready, _, _ = select.select([sys.stdin], [], [], 0 if server else None)
        if ready:
            name = sys.stdin.readline().strip()
            if name == "trapped":
                print(f"trapped {trapped()}", flush=True)
                continue
            if not name:
                break
            server = Server(sys.argv[1], sys.argv[2], KINDS[name])
            print(f"port {server.port}", flush=True)
        server.step()


main()
