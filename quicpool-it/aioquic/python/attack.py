"""A client that means ill: each line of input names an attack and its server's port, and is answered by what came of it.

Every attack is bounded, by a count and by the seconds that the third word gives.
"""

import os
import sys
import time
import traceback

from aioquic.quic import connection
from aioquic.quic.crypto import CryptoPair
from aioquic.quic.packet import QuicProtocolVersion
from aioquic.tls import Epoch

from frames import (
    ACK,
    CONNECTION_CLOSE,
    CRYPTO,
    DATA_BLOCKED,
    FIN,
    HUGE,
    LENGTH,
    MAX_DATA,
    MAX_STREAM_DATA,
    MAX_STREAMS,
    NEW_CONNECTION_ID,
    NEW_TOKEN,
    OFFSET,
    PATH_CHALLENGE,
    PING,
    RESET_STREAM,
    RETIRE_CONNECTION_ID,
    STOP_SENDING,
    STREAM,
    STREAM_DATA_BLOCKED,
    STREAMS_BLOCKED,
)
from wire import Client, frame

# Who is not allowed, who is, and whose address another may write on a datagram.
FORBIDDEN, ALLOWED, FORGED = "127.0.0.2", "127.0.0.1", "127.0.0.9"


class Attacks:
    """Every method without an underscore is an attack; what it returns is printed."""

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
        if not client.connect(10.0):
            raise RuntimeError(f"not connected: {client.closed}")
        # The streams' credit, and connection ids, may come behind the handshake.
        client.until(lambda: client.credit() > 0, 5.0)
        return client

    def _left(self):
        return time.monotonic() < self.end

    def _flood(self, packets, rate=4000, hear=True, client=None, least=0):
        """One packet of these frames after the other, as long as there is time; nothing is acknowledged.

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
            client.until(lambda: client.closed is not None, 10.0)
        return self._result(client, sent=sent)

    # It learns of a close, but acknowledges nothing: what aioquic would send is not sent.
    @staticmethod
    def _hear(client):
        client.received()

    def _result(self, client, **counts):
        self._hear(client)
        counts["closed"] = "no" if client.closed is None else client.closed
        return counts

    # 0-RTT, forged

    def early_data(self):
        """Requests from an address that is allowed, by one who cannot read there: with tickets however he got them."""
        tickets = []
        for source in (FORBIDDEN, ALLOWED):
            for _ in range(4):
                client = self._client(source=source, on_ticket=tickets.append)
                client.connect(0.5)
                client.until(lambda: False, 0.1)
                if client.closed is None:
                    client.close()
                if tickets:
                    break
        sent = 0
        for i in range(40 if tickets else 0):
            ticket = tickets[i % len(tickets)]
            # Whatever the server says of it.
            ticket.max_early_data_size = 0xFFFFFFFF
            client = self._client(source=FORGED, ticket=ticket)
            client.quic.connect(self.server, now=time.monotonic())
            client.stream(b"forged", fin=True)
            sent += client.send_all()
        return {"tickets": len(tickets), "sent": sent}

    def early_data_read(self):
        """The same from an address where he can read: early data is not taken, the connection is made, and serves."""
        tickets = []
        first = self._connected(on_ticket=tickets.append)
        first.until(lambda: bool(tickets), 1.0)
        if not tickets:
            return {"tickets": 0, "answered": first.ask(b"x") == b"x"}
        tickets[0].max_early_data_size = 0xFFFFFFFF
        again = self._client(ticket=tickets[0])
        again.quic.connect(self.server, now=time.monotonic())
        stream = again.stream(b"early", fin=True)
        again.until(lambda: again.quic._handshake_confirmed, 5.0)
        again.until(lambda: stream in again.ended, 5.0)
        return {
            "tickets": len(tickets),
            "early": again.quic.tls.early_data_accepted,
            "answered": again.answers.get(stream, b"")[4:] == b"early",
        }

    # Streams

    def reset_streams(self):
        """Every stream that there is credit for, begun by a RESET_STREAM (section 19.4)."""
        return self._resets(lambda stream: frame(RESET_STREAM, stream, 0, 0))

    def reset_begun_streams(self):
        """The same with a byte before it."""
        return self._resets(
            lambda stream: frame(STREAM | LENGTH, stream, 1, b"\x00", RESET_STREAM, stream, 0, 1)
        )

    def _resets(self, of):
        client = self._connected()
        streams = min(client.credit(), 16_384)
        packed = []
        payload = b""
        for stream in range(0, 4 * streams, 4):
            payload += of(stream)
            if len(payload) > 1_100:
                packed.append(payload)
                payload = b""
        packed.append(payload)
        result = self._flood(packed, client=client)
        result["streams"] = streams
        return result

    def churned_streams(self):
        """Opens and resets as fast as new credit comes, and acknowledges."""
        client = self._connected()
        opened = 0
        while self._left() and client.closed is None and opened < 5_000:
            for _ in range(min(client.credit(), 100)):
                stream = client.stream(b"x")
                client.quic.reset_stream(stream, 0)
                opened += 1
            client.step(0.005)
        return self._result(client, opened=opened)

    def silent_streams(self):
        """A hello and a byte on 64 streams, then on as many as there is credit for; nothing more."""
        client = self._connected()
        for _ in range(min(client.credit(), 64)):
            client.stream(b"x")
        client.until(lambda: False, self.seconds / 2)
        more = 0
        while self._left() and client.closed is None and more < 1_000:
            if client.credit() > 0:
                client.stream(b"x")
                more += 1
            if more % 50 == 0 or client.credit() == 0:
                client.step(0.005)
        return self._result(client, more=more)

    def unread_answers(self):
        """Asks on 64 streams for what it never reads; its windows are small."""
        client = self._connected(max_data=4_096, max_stream_data=1_024)
        for _ in range(min(client.credit(), 64)):
            client.stream(b"y" * 900, fin=True)
        client.until(lambda: not self._left(), self.seconds + 1)
        return self._result(client)

    def gaps_in_streams(self):
        """Single bytes with gaps between them, on many streams: each is to be kept for what may come (section 2.2)."""
        client = self._connected()
        streams = min(client.credit(), 64)

        def packets():
            for offset in range(2, 120_000, 2):
                for stream in range(0, 4 * streams, 4 * 16):
                    yield b"".join(
                        frame(STREAM | OFFSET | LENGTH, stream + 4 * i, offset, 1, b"x") for i in range(16)
                    )

        return self._flood(packets(), client=client)

    def empty_stream_frames(self):
        """Frames without a byte for one stream, a thousand in a second and more."""
        client = self._connected()
        payload = frame(STREAM | OFFSET | LENGTH, 0, 1, 0) * 100
        client.raw(frame(STREAM | LENGTH, 0, 1, b"\x00"))
        return self._flood((payload for _ in range(100_000)), client=client)

    def stop_sending(self):
        """STOP_SENDING for every stream that there is credit for, none of them begun."""
        client = self._connected()
        streams = min(client.credit(), 16_384)
        packed = [
            b"".join(frame(STOP_SENDING, 4 * (i + k), 0) for k in range(200)) for i in range(0, streams - 200, 200)
        ]
        return self._flood(packed, client=client)

    def one_byte_holes(self):
        """Every other byte of one window, then each of them again with its neighbours: pieces overlap (section 2.2)."""
        client = self._connected()
        client.raw(frame(STREAM | LENGTH, 0, 1, b"\x00"))

        def packets():
            while True:
                for offset in range(3, 200_000, 2 * 60):
                    yield b"".join(frame(STREAM | OFFSET | LENGTH, 0, offset + 2 * k, 1, b"x") for k in range(60))
                for offset in range(3, 200_000, 1_000):
                    yield frame(STREAM | OFFSET | LENGTH, 0, offset, 1_000, b"x" * 1_000)

        return self._flood(packets(), client=client)

    def overlapping_pieces(self):
        """The same thousand bytes, each time begun one further, with a hole before them."""
        client = self._connected()
        client.raw(frame(STREAM | LENGTH, 0, 1, b"\x00"))

        def packets():
            for i in range(100_000):
                yield frame(STREAM | OFFSET | LENGTH, 0, 2 + i % 100_000, 1_000, b"x" * 1_000)

        return self._flood(packets(), client=client)

    def empty_ends(self):
        """Streams that end without a byte, as fast as there is credit: a sign of life of clients over netty, and a million of them."""
        client = self._connected()
        opened = 0
        while self._left() and client.closed is None and opened < 5_000:
            for _ in range(min(client.credit(), 100)):
                stream = client.quic.get_next_available_stream_id()
                client.quic.send_stream_data(stream, b"", end_stream=True)
                opened += 1
            client.step(0.005)
        return self._result(client, opened=opened)

    def half_ends(self):
        """A request on every stream that there is credit for, whose answer has no room, then PINGs: does each look at all of them?"""
        client = self._connected(max_data=2_048, max_stream_data=16)
        for _ in range(min(client.credit(), 400)):
            client.stream(b"y" * 20, fin=True)
        client.until(lambda: False, 0.2)
        return self._flood((frame(PING) for _ in range(100_000)), client=client)

    def dripped_windows(self):
        """Asks for 900 bytes on 64 streams, and lets one byte more come with each packet (section 19.10)."""
        client = self._connected(max_data=100_000, max_stream_data=8)
        streams = min(client.credit(), 64)
        for _ in range(streams):
            client.stream(b"y" * 900, fin=True)
        client.until(lambda: False, 0.1)

        def packets():
            for more in range(9, 1_000):
                for stream in range(0, 4 * streams, 4 * 16):
                    yield b"".join(frame(MAX_STREAM_DATA, stream + 4 * i, more) for i in range(16))

        return self._flood(packets(), client=client)

    def other_ends(self):
        """A RESET_STREAM that says another length than the FIN did (section 4.5), on one connection after the other."""
        return self._violations(
            lambda i: frame(STREAM | LENGTH | FIN, 0, 10, b"\x00" * 10, RESET_STREAM, 0, 0, 20 + i)
        )

    def hellos(self):
        """Streams that begin with another byte than the hello, and streams with much behind it."""
        client = self._connected()
        opened = 0
        while self._left() and client.closed is None and opened < 3_000:
            for _ in range(min(client.credit(), 50)):
                stream = client.quic.get_next_available_stream_id()
                client.quic.send_stream_data(stream, bytes([1 + opened % 255]) * 100, end_stream=opened % 2 == 0)
                opened += 1
            client.step(0.005)
        return self._result(client, opened=opened)

    # Addresses

    def versions(self):
        """Packets of versions that nobody knows: each would be answered by the list of those that are (RFC 9000, section 6)."""
        client = self._client()
        sent = 0
        while self._left() and sent < 4_000:
            header = b"\xc3" + os.urandom(3) + b"\x7a" + frame(8, os.urandom(8), 8, os.urandom(8))
            client.send(header.ljust(1_200 if sent % 2 else 60, b"\x00"))
            sent += 1
            if sent % 20 == 0:
                time.sleep(0.004)
        answers = 0
        while True:
            try:
                client.socket.recv(65536)
                answers += 1
            except (BlockingIOError, ConnectionRefusedError):
                return {"sent": sent, "answered": answers}

    def huge_tokens(self):
        """Initial packets with a token that fills them, and that nobody gave."""
        client = self._client()
        sent = 0
        while self._left() and sent < 2_000:
            token = os.urandom(1_100)
            header = b"\xc3\x00\x00\x00\x01" + frame(8, os.urandom(8), 8, os.urandom(8), len(token), token)
            client.send((header + frame(40) + os.urandom(40)).ljust(1_200, b"\x00"))
            sent += 1
            if sent % 20 == 0:
                time.sleep(0.005)
        return {"sent": sent}

    def other_addresses(self):
        """A connection's packets, with long headers and short, from other sockets than its own: each is a change of address."""
        client = self._connected()
        others = [Client.open(FORGED) for _ in range(10)]
        mine = client.socket
        sent = 0
        while self._left() and sent < 4_000:
            client.socket = others[sent % len(others)]
            if sent % 2:
                client.raw(frame(PATH_CHALLENGE, b"12345678") * 50)
            else:
                client.send(b"\xe3\x00\x00\x00\x01" + frame(8, client.quic._peer_cid.cid, 0, 40) + os.urandom(40))
            sent += 1
            if sent % 20 == 0:
                time.sleep(0.005)
        client.socket = mine
        for each in others:
            each.close()
        return self._result(client, sent=sent, answered=client.ask(b"still here") == b"still here")

    def moves(self):
        """A connection from an allowed address goes on from one that is not, which has begun a handshake of its own."""
        client = self._connected()
        before = client.ask(b"before")
        other = Client.open(FORBIDDEN)
        begun = self._client(source=FORBIDDEN)
        begun.socket.close()
        begun.socket = other
        begun.quic.connect(self.server, now=time.monotonic())
        begun.send_all()
        time.sleep(0.05)
        mine, client.socket = client.socket, other
        after = client.ask(b"after", min(1.0, self.seconds))
        client.socket = mine
        return {"before": before == b"before", "after": after == b"after"}

    # Frames without flow control

    def crypto_messages(self):
        """CRYPTO after the handshake: one TLS message after the other (section 19.6)."""
        finished = b"\x14\x00\x00\x20" + b"x" * 32
        some = finished * 30

        def packets():
            for i in range(100_000):
                yield frame(CRYPTO, i * len(some), len(some), some)

        return self._flood(packets(), rate=2000, least=3_000)

    def crypto_gaps(self):
        """CRYPTO with gaps: each is to be kept for what may come."""

        def packets():
            for i in range(100_000):
                yield b"".join(frame(CRYPTO, 1 + 2 * (40 * i + k), 1, b"x") for k in range(40))

        return self._flood(packets(), least=3_000)

    def crypto_far_ahead(self):
        """CRYPTO, each frame a megabyte ahead of the other."""

        def packets():
            for i in range(1, 100_000):
                yield frame(CRYPTO, i << 20, 1000, b"x" * 1000)

        return self._flood(packets(), least=3_000)

    def new_tokens(self):
        """NEW_TOKEN, which only servers send (section 19.7)."""
        return self._flood((frame(NEW_TOKEN, 1000, b"t" * 1000) for _ in range(100_000)), least=3_000)

    def path_challenges(self):
        """PATH_CHALLENGE: each wants an answer (section 19.17)."""
        payload = frame(PATH_CHALLENGE, b"12345678") * 100
        return self._flood(payload for _ in range(100_000))

    def new_connection_ids(self):
        """NEW_CONNECTION_ID that retires all before it: each wants a RETIRE_CONNECTION_ID (section 19.15)."""

        def packets():
            number = 8
            for _ in range(100_000):
                payload = b""
                for _ in range(20):
                    number += 1
                    cid = number.to_bytes(8, "big")
                    payload += frame(NEW_CONNECTION_ID, number, number, b"\x08", cid, cid + cid)
                yield payload

        return self._flood(packets())

    def retired_connection_ids(self):
        """RETIRE_CONNECTION_ID of whatever was given: each wants a new one (section 19.16)."""

        def packets():
            for number in range(0, 100_000):
                yield frame(RETIRE_CONNECTION_ID, number % 64 + 1)

        return self._flood(packets())

    def blocked(self):
        """DATA_BLOCKED, STREAM_DATA_BLOCKED, STREAMS_BLOCKED (sections 19.12 to 19.14)."""
        client = self._connected()
        client.raw(frame(STREAM | LENGTH, 0, 1, b"\x00"))
        payload = frame(DATA_BLOCKED, 1, STREAM_DATA_BLOCKED, 0, 1, STREAMS_BLOCKED, 1) * 100
        return self._flood((payload for _ in range(100_000)), client=client)

    def pings(self):
        """PING without end, of whose acknowledgements none is acknowledged."""
        return self._flood(frame(PING) for _ in range(100_000))

    def acknowledgements(self):
        """ACK with as many ranges as a packet holds, all of what was never sent or long ago (section 19.3)."""
        client = self._connected()
        ranges = 500
        payload = frame(ACK, 2 * ranges + 2, 0, ranges, 0, frame(0, 0) * ranges)
        return self._flood((payload for _ in range(100_000)), client=client)

    def windows(self):
        """MAX_DATA, MAX_STREAM_DATA and MAX_STREAMS, each a little more, for streams without end."""
        client = self._connected()
        client.raw(frame(STREAM | LENGTH, 0, 1, b"\x00"))

        def packets():
            for i in range(100_000):
                yield b"".join(
                    frame(MAX_DATA, (i + 1) * 1_000 + k, MAX_STREAM_DATA, 0, i * 50 + k + 1, MAX_STREAMS, i * 50 + k + 1)
                    for k in range(50)
                )

        return self._flood(packets(), client=client)

    def huge_windows(self):
        """MAX_STREAMS and MAX_DATA of the largest number there is, on one connection after the other (section 19.11)."""
        connections = 0
        while self._left() and connections < 60:
            client = self._client()
            if not client.connect(2.0):
                break
            client.raw(frame(MAX_STREAMS, (1 << 60) - (connections % 2), MAX_DATA, HUGE))
            client.raw(frame(MAX_STREAMS, HUGE))
            connections += 1
            client.until(lambda: client.closed is not None, 0.02)
            client.close()
        return {"connections": connections}

    def key_updates(self):
        """One key update after the other, as fast as they are acknowledged (RFC 9001, section 6)."""
        client = self._connected()
        updates = 0
        while self._left() and client.closed is None and updates < 2_000:
            client.quic.request_key_update()
            client.quic.send_ping(updates)
            client.step(0.005)
            updates += 1
        return self._result(client, updates=updates)

    def unknown_frames(self):
        """Frames of types that nobody has defined, on one connection after the other."""
        return self._violations(lambda i: frame(0x3F + i, b"x" * 100))

    def far_connection_ids(self):
        """NEW_CONNECTION_ID whose numbers, and what they retire, are as large as can be (section 19.15)."""
        cid = b"far away"
        return self._violations(lambda i: frame(NEW_CONNECTION_ID, HUGE - i, HUGE - i - 1, b"\x08", cid, cid + cid))

    def _violations(self, of):
        connections = 0
        while self._left() and connections < 60:
            client = self._client()
            if not client.connect(2.0):
                break
            client.raw(of(connections))
            connections += 1
            client.until(lambda: client.closed is not None, 0.02)
            client.close()
        return {"connections": connections}

    # Handshakes

    def handshakes(self):
        """Whole handshakes as fast as they go, each connection left without a word."""
        connections = 0
        tickets = []
        while self._left() and connections < 400:
            client = self._client(on_ticket=tickets.append)
            if client.connect(1.0):
                connections += 1
            client.socket.close()
        return {"connections": connections, "tickets": len(tickets)}

    def closed_handshakes(self):
        """The same, each closed in order."""
        connections = 0
        while self._left() and connections < 400:
            client = self._client()
            if client.connect(1.0):
                connections += 1
            client.close()
        return {"connections": connections}

    def slow_handshakes(self):
        """Handshakes that begin, and never go on, though the server answers: one ClientHello over and over, to a new id each time."""
        first = self._client()
        first.quic.connect(self.server, now=time.monotonic())
        hello = bytes(first.quic._crypto_streams[Epoch.INITIAL].sender._buffer)
        # The id that the ClientHello names as that of its sender (RFC 9000, section 7.3).
        sender = first.quic.host_cid
        begun = 0
        # More than may be under way, however long that takes here.
        while begun < 300:
            to = os.urandom(8)
            pair = CryptoPair()
            pair.setup_initial(to, is_client=True, version=1)
            payload = frame(CRYPTO, 0, len(hello), hello).ljust(1_160, b"\x00")
            header = b"\xc3\x00\x00\x00\x01" + frame(len(to), to, len(sender), sender, 0) + frame(
                len(payload) + 20, bytes(4)
            )
            first.send(pair.encrypt_packet(header, payload, 0))
            begun += 1
            time.sleep(0.001)
        return {"begun": begun}

    def parameters(self):
        """Transport parameters at the ends of what there is (section 18.2), each on a connection of its own; those that are allowed are served."""
        failed = []
        for name, value in (
            ("active_connection_id_limit", 1 << 30),
            ("ack_delay_exponent", 20),
            ("max_ack_delay", (1 << 14) - 1),
            ("initial_max_streams_bidi", 1 << 60),
            ("initial_max_streams_uni", 1 << 60),
            ("initial_max_data", HUGE),
            ("initial_max_stream_data_bidi_local", HUGE),
            ("max_udp_payload_size", 65_535),
            ("max_idle_timeout", HUGE),
            ("disable_active_migration", True),
        ):
            client = self._parameter(name, value)
            if not client.connect(2.0) or client.ask(b"served", 2.0) != b"served":
                failed.append(name)
            client.close()
        for name, value in (
            ("active_connection_id_limit", 1),
            # Allowed, but kwik keeps both in an int.
            ("active_connection_id_limit", HUGE),
            ("max_udp_payload_size", HUGE),
            ("ack_delay_exponent", 21),
            ("max_ack_delay", 1 << 14),
            ("initial_max_streams_bidi", (1 << 60) + 1),
            ("max_udp_payload_size", 1_199),
            ("stateless_reset_token", b"x" * 16),
        ):
            client = self._parameter(name, value)
            client.connect(0.3)
            client.close()
        return {"not served": " ".join(failed) or "none"}

    def _parameter(self, name, value):
        client = self._client()
        serialize = client.quic._serialize_transport_parameters
        push = connection.push_quic_transport_parameters

        def serialized():
            def changed(buffer, parameters):
                setattr(parameters, name, value)
                push(buffer, parameters)

            connection.push_quic_transport_parameters = changed
            try:
                return serialize()
            finally:
                connection.push_quic_transport_parameters = push

        client.quic._serialize_transport_parameters = serialized
        return client

    def names(self):
        """Names of a server (SNI) and of protocols (ALPN) that are long, many, or no text."""
        begun = 0
        for name, protocols in (
            ("a\x00b\n\x1b[31m", ["np-quic"]),
            ("x" * 3_000, ["np-quic"]),
            ("localhost", ["p" * 255 for _ in range(10)]),
            ("localhost", ["\x1b[31m\n" + str(i) for i in range(250)]),
        ):
            client = self._client(alpn_protocols=protocols)
            client.quic.configuration.server_name = name
            client.connect(max(0.1, self.seconds / 4))
            client.close()
            begun += 1
        return {"begun": begun}

    def version_two(self):
        """Begins with version 1, and would rather have version 2 (RFC 9368): gets one of them, and is served."""
        client = self._client(
            original_version=QuicProtocolVersion.VERSION_1,
            supported_versions=[QuicProtocolVersion.VERSION_2, QuicProtocolVersion.VERSION_1],
        )
        connected = client.connect(10.0)
        answer = client.ask(b"versions") if connected else None
        return self._result(client, connected=connected, answered=answer == b"versions")

    # Text

    def close_reason(self):
        """A reason with line ends, terminal sequences, what turns the line round, and what is not UTF-8; a long one."""
        for reason in (b"a\x85b\xe2\x80\xaec\x1b[31md\ne\rf\xc2\x85g\xe2\x80\xa8h\x00i\xff", b"r" * 1_000):
            client = self._connected()
            client.until(lambda: client.stream(b"x") > 0, 0.05)
            client.raw(frame(CONNECTION_CLOSE, 7, len(reason), reason))
            client.socket.close()
        return {"sent": 2}


def main():
    for line in sys.stdin:
        name, port, seconds = line.split()
        attack = Attacks(int(port), float(seconds))
        try:
            result = getattr(attack, name)()
        except Exception as e:
            traceback.print_exc()
            result = {"failed": repr(e)}
        # They are held until the next: what was attacked is looked at before that.
        print("done " + ", ".join(f"{key} {value}" for key, value in result.items()), flush=True)
        sys.stdin.readline()
        for client in attack.clients:
            client.socket.close()
        print("gone", flush=True)


main()
