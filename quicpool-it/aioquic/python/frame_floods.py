"""Attacks with frames that belong to no stream, and with addresses."""

import os
import time

from aioquic.tls import Epoch

from attacker import FORBIDDEN, FORGED, Attacker
from frames import (
    ACK,
    ACK_ECN,
    CONNECTION_CLOSE,
    CRYPTO,
    DATAGRAM,
    DATA_BLOCKED,
    HANDSHAKE_DONE,
    HUGE,
    LENGTH,
    MAX_DATA,
    MAX_STREAM_DATA,
    MAX_STREAMS,
    NEW_CONNECTION_ID,
    NEW_TOKEN,
    PATH_CHALLENGE,
    PING,
    RETIRE_CONNECTION_ID,
    STREAM,
    STREAM_DATA_BLOCKED,
    STREAMS_BLOCKED,
)
from wire import Client, frame


class Frames(Attacker):
    """Attacks on a connection, beside its streams."""

    def other_addresses(self):
        """Packets of a connection, with long and short headers, from other sockets: each is a change of address."""
        client = self._connected()
        others = [Client.open(FORGED) for _ in range(10)]
        mine = client.socket
        sent = 0
        # On a busy machine the handshake may have taken all of the time.
        while sent < 20 or (self._left() and sent < 4_000):
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
        """A connection from an allowed address continues from a forbidden one, which has started its own handshake."""
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

    def crypto_messages(self):
        """CRYPTO after the handshake: TLS messages without end (section 19.6)."""
        finished = b"\x14\x00\x00\x20" + b"x" * 32
        some = finished * 30

        def packets():
            for i in range(100_000):
                yield frame(CRYPTO, i * len(some), len(some), some)

        return self._flood(packets(), rate=2000, least=3_000)

    def crypto_gaps(self):
        """CRYPTO with gaps, so that the server has to keep each piece."""

        def packets():
            for i in range(100_000):
                yield b"".join(frame(CRYPTO, 1 + 2 * (40 * i + k), 1, b"x") for k in range(40))

        return self._flood(packets(), least=3_000)

    def crypto_far_ahead(self):
        """CRYPTO, each frame a megabyte further ahead."""

        def packets():
            for i in range(1, 100_000):
                yield frame(CRYPTO, i << 20, 1000, b"x" * 1000)

        return self._flood(packets(), least=3_000)

    def new_tokens(self):
        """NEW_TOKEN, which only servers send (section 19.7)."""
        return self._flood((frame(NEW_TOKEN, 1000, b"t" * 1000) for _ in range(100_000)), least=3_000)

    def lying_lengths(self):
        """Frames whose length field exceeds a packet, or any array (section 19)."""
        frames = [
            of(length)
            for length in (100_000, 1 << 30, (1 << 31) - 1, (1 << 32) + 1, HUGE)
            for of in (
                lambda n: frame(CRYPTO, 0, n, b"x"),
                lambda n: frame(STREAM | LENGTH, 0, n, b"\x00"),
                lambda n: frame(NEW_TOKEN, n, b"x"),
                lambda n: frame(CONNECTION_CLOSE, 0, n, b"x"),
                lambda n: frame(DATAGRAM | 1, n, b"x"),
                lambda n: frame(ACK, 0, 0, n, 0),
                lambda n: frame(ACK, 0, 0, 0, n),
                lambda n: frame(NEW_CONNECTION_ID, 9, 0, b"\xff", b"x" * 20),
            )
        ]
        return self._violations(lambda i: frames[i % len(frames)])

    def frames_of_servers(self):
        """HANDSHAKE_DONE, which only servers send, and DATAGRAM, which was not negotiated (RFC 9221, section 3)."""
        frames = (frame(HANDSHAKE_DONE), frame(DATAGRAM, b"x" * 100), frame(DATAGRAM | 1, 1, b"x"))
        return self._violations(lambda i: frames[i % len(frames)])

    def ack_ranges(self):
        """Acknowledges packets in many ranges, with an enormous delay and impossible ECN counts (section 19.3)."""
        client = self._connected()

        def packets():
            for i in range(100_000):
                yield frame(ACK_ECN, i % 3, HUGE, 0, 0, HUGE, HUGE, i) * 10 + frame(PING)

        return self._flood(packets(), client=client)

    def packet_gaps(self):
        """Skips every other packet number, so that acknowledgements need a range for each packet (section 13.2.3)."""
        client = self._connected()
        client.lenient = True
        sent = 0
        while self._left() and client.closed is None and sent < 20_000:
            client.raw(frame(PING), skip=1)
            sent += 1
            if sent % 20 == 0:
                self._hear(client)
                time.sleep(0.005)
        return self._result(client, sent=sent)

    def replayed_packets(self):
        """The same packets again and again, and undecryptable datagrams, like a stateless reset (section 10.3)."""
        client = self._connected()
        kept = [client.raw(frame(PATH_CHALLENGE, b"12345678") * 50) for _ in range(10)]
        sent = 0
        while self._left() and sent < 20_000:
            client.send(kept[sent % len(kept)])
            client.send(b"\x43" + client.quic._peer_cid.cid + os.urandom(16 + sent % 60))
            sent += 1
            if sent % 20 == 0:
                client.step(0.005)
        return self._result(client, sent=sent, answered=client.ask(b"still here") == b"still here")

    def path_challenges(self):
        """PATH_CHALLENGE: each needs an answer (section 19.17)."""
        payload = frame(PATH_CHALLENGE, b"12345678") * 100
        return self._flood(payload for _ in range(100_000))

    def new_connection_ids(self):
        """NEW_CONNECTION_ID that retires all earlier ids: each needs a RETIRE_CONNECTION_ID (section 19.15)."""

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
        """RETIRE_CONNECTION_ID for each id of the server: each needs a new id (section 19.16)."""

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
        """PING without end. Their acknowledgements are never acknowledged."""
        return self._flood(frame(PING) for _ in range(100_000))

    def acknowledgements(self):
        """ACK with as many ranges as fit into a packet, for packets that were never sent or sent long ago (section 19.3)."""
        client = self._connected()
        ranges = 500
        payload = frame(ACK, 2 * ranges + 2, 0, ranges, 0, frame(0, 0) * ranges)
        return self._flood((payload for _ in range(100_000)), client=client)

    def windows(self):
        """MAX_DATA, MAX_STREAM_DATA and MAX_STREAMS, each a little larger, for ever more streams."""
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
        """MAX_STREAMS and MAX_DATA with the largest number, on many connections (section 19.11)."""
        connections = 0
        while self._left() and connections < 60:
            client = self._client()
            if not client.connect(30.0):
                break
            client.raw(frame(MAX_STREAMS, (1 << 60) - (connections % 2), MAX_DATA, HUGE))
            client.raw(frame(MAX_STREAMS, HUGE))
            connections += 1
            client.until(lambda: client.closed is not None, 0.02)
            client.close()
        return {"connections": connections}

    def key_updates(self):
        """Key updates as fast as they are acknowledged (RFC 9001, section 6)."""
        client = self._connected()
        updates = 0
        while self._left() and client.closed is None and updates < 2_000:
            client.quic.request_key_update()
            client.quic.send_ping(updates)
            client.step(0.005)
            updates += 1
        return self._result(client, updates=updates)

    def forced_key_updates(self):
        """A key update with each packet, although none was acknowledged (RFC 9001, section 6.1)."""
        client = self._connected()
        pair = client.quic._cryptos[Epoch.ONE_RTT]

        def packets():
            for _ in range(100_000):
                pair.update_key()
                yield frame(PING)

        return self._flood(packets(), client=client, hear=False)

    def far_retired_ids(self):
        """RETIRE_CONNECTION_ID for ids that were never issued, and for the destination id of the packet (section 19.16)."""
        numbers = (HUGE, 1 << 31, 1 << 32, 1_000, 0)
        return self._violations(lambda i: frame(RETIRE_CONNECTION_ID, numbers[i % len(numbers)]))

    def unknown_frames(self):
        """Frames of undefined types, on many connections."""
        return self._violations(lambda i: frame(0x3F + i, b"x" * 100))

    def far_connection_ids(self):
        """NEW_CONNECTION_ID with the largest sequence numbers and Retire Prior To fields (section 19.15)."""
        cid = b"far away"
        return self._violations(lambda i: frame(NEW_CONNECTION_ID, HUGE - i, HUGE - i - 1, b"\x08", cid, cid + cid))

    def close_reason(self):
        """Close reasons with line ends, terminal sequences, right-to-left overrides and invalid UTF-8, and a long one."""
        for reason in (b"a\x85b\xe2\x80\xaec\x1b[31md\ne\rf\xc2\x85g\xe2\x80\xa8h\x00i\xff", b"r" * 1_000):
            client = self._connected()
            client.until(lambda: client.stream(b"x") > 0, 0.05)
            client.raw(frame(CONNECTION_CLOSE, 7, len(reason), reason))
            client.socket.close()
        return {"sent": 2}
