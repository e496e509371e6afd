"""Attacks with handshakes, and before a handshake is complete."""

import os
import time

from aioquic.quic import connection
from aioquic.quic.crypto import CryptoPair
from aioquic.quic.packet import QuicProtocolVersion
from aioquic.tls import Epoch

from attacker import ALLOWED, FORBIDDEN, FORGED, Attacker
from frames import ACK, CRYPTO, HUGE, PING
from wire import frame


class Handshakes(Attacker):
    """Attacks by an unknown client."""

    def early_data(self):
        """Early data from a forged address that is allowed, with tickets from other connections."""
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
            # Whatever limit the server has set.
            ticket.max_early_data_size = 0xFFFFFFFF
            client = self._client(source=FORGED, ticket=ticket)
            client.quic.connect(self.server, now=time.monotonic())
            client.stream(b"forged", fin=True)
            sent += client.send_all()
        return {"tickets": len(tickets), "sent": sent}

    def early_data_read(self):
        """The same from an address at which the client receives: the server ignores the early data and serves the connection."""
        tickets = []
        first = self._connected(on_ticket=tickets.append)
        first.until(lambda: bool(tickets), 1.0)
        if not tickets:
            return {"tickets": 0, "answered": first.ask(b"x") == b"x"}
        tickets[0].max_early_data_size = 0xFFFFFFFF
        again = self._client(ticket=tickets[0])
        again.quic.connect(self.server, now=time.monotonic())
        stream = again.stream(b"early", fin=True)
        again.until(lambda: again.quic._handshake_confirmed, 60.0)
        again.until(lambda: stream in again.ended, 60.0)
        return {
            "tickets": len(tickets),
            "early": again.quic.tls.early_data_accepted,
            "answered": again.answers.get(stream, b"")[4:] == b"early",
        }

    def handshakes(self):
        """Complete handshakes as fast as possible. Each connection is abandoned without a close."""
        connections = 0
        tickets = []
        while self._left() and connections < 400:
            client = self._client(on_ticket=tickets.append)
            if client.connect(1.0):
                connections += 1
            client.socket.close()
        return {"connections": connections, "tickets": len(tickets)}

    def closed_handshakes(self):
        """The same, but each connection is closed."""
        connections = 0
        while self._left() and connections < 400:
            client = self._client()
            if client.connect(1.0):
                connections += 1
            client.close()
        return {"connections": connections}

    def versions(self):
        """Packets of unknown versions. A server may answer each with a Version Negotiation packet (RFC 9000, section 6)."""
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

    def version_two(self):
        """Starts with version 1 and prefers version 2 (RFC 9368). It gets one of them and is served."""
        client = self._client(
            original_version=QuicProtocolVersion.VERSION_1,
            supported_versions=[QuicProtocolVersion.VERSION_2, QuicProtocolVersion.VERSION_1],
        )
        connected = client.connect(60.0)
        answer = client.ask(b"versions") if connected else None
        return self._result(client, connected=connected, answered=answer == b"versions")

    def huge_tokens(self):
        """Initial packets full of an invalid token."""
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

    def slow_handshakes(self):
        """Handshakes that start and never continue, although the server answers: the same ClientHello to a new connection id each time."""
        first = self._client()
        first.quic.connect(self.server, now=time.monotonic())
        hello = bytes(first.quic._crypto_streams[Epoch.INITIAL].sender._buffer)
        # The source connection id in the ClientHello (RFC 9000, section 7.3).
        sender = first.quic.host_cid
        begun = 0
        # More than the limit, however long that takes.
        while begun < 300:
            first.send(self._initial(os.urandom(8), sender, frame(CRYPTO, 0, len(hello), hello)))
            begun += 1
            time.sleep(0.001)
        return {"begun": begun}

    def handshake_acks(self):
        """Acknowledges up to 2^62 packets that were never sent, before the handshake is complete (section 13.1)."""
        first = self._client()
        first.quic.connect(self.server, now=time.monotonic())
        hello = bytes(first.quic._crypto_streams[Epoch.INITIAL].sender._buffer)
        begun = 0
        while begun < 60:
            to, sender = os.urandom(8), first.quic.host_cid
            first.send(self._initial(to, sender, frame(CRYPTO, 0, len(hello), hello)))
            # Until there is a connection.
            time.sleep(0.01)
            largest = ((1 << 31) - 1, 1 << 40, HUGE)[begun % 3]
            for number in range(1, 4):
                first.send(self._initial(to, sender, frame(ACK, largest, 0, 0, largest), number))
            begun += 1
        return {"begun": begun}

    @staticmethod
    def _initial(to, sender, payload, number=0, token=b""):
        """An Initial packet that fills a datagram (RFC 9000, section 17.2.2)."""
        pair = CryptoPair()
        pair.setup_initial(to, is_client=True, version=1)
        payload = payload.ljust(1_160 - len(token), b"\x00")
        ids = frame(len(to), to, len(sender), sender, len(token), token)
        header = b"\xc3\x00\x00\x00\x01" + ids + frame(len(payload) + 20, number.to_bytes(4, "big"))
        return pair.encrypt_packet(header, payload, number)

    def hello_pieces(self):
        """A ClientHello in one-byte pieces with gaps, at far offsets, or with a length that is too large (sections 7.5 and 19.6)."""
        client = self._client()
        begun = sent = 0
        while self._left() and begun < 200:
            to, sender = os.urandom(8), os.urandom(8)
            pieces = (
                [b"".join(frame(CRYPTO, 2 * (200 * i + k), 1, b"x") for k in range(200)) for i in range(20)],
                [frame(CRYPTO, i << 40, 1_000, b"x" * 1_000) for i in range(5)],
                [frame(CRYPTO, HUGE, 1, b"x"), frame(CRYPTO, 0, HUGE, b"x")],
                [frame(CRYPTO, 0, 1 << 30, b"x"), frame(CRYPTO, 0, (1 << 31) - 1, b"x")],
                [frame(CRYPTO, 1_000 * i, 1_000, b"\x01\xff\xff\xff".ljust(1_000, b"x")) for i in range(40)],
            )[begun % 5]
            for number, piece in enumerate(pieces):
                client.send(self._initial(to, sender, piece, number))
                sent += 1
            begun += 1
            time.sleep(0.01)
        return {"begun": begun, "sent": sent}

    def retry_tokens(self):
        """A Retry token from other addresses and ports, for other ids, changed, and reused (section 8.1.4)."""
        client = self._connected()
        token, to = client.quic._peer_token, client.quic._retry_source_connection_id
        hello = frame(PING)
        sender = client.quic.host_cid
        others = [self._client(source=source) for source in (FORGED, ALLOWED, ALLOWED)]
        sent = 0
        while self._left() and sent < 4_000:
            changed = bytearray(token)
            changed[sent % len(token)] ^= 1 << sent % 8
            # From the same address it belongs to the existing connection.
            client.send(self._initial(to, sender, hello, 100 + sent, token))
            others[0].send(self._initial(to, sender, hello, 0, token))
            others[1].send(self._initial(os.urandom(8), sender, hello, 0, token))
            others[2].send(self._initial(os.urandom(8), sender, hello, 0, bytes(changed)))
            client.send(self._initial(os.urandom(8), sender, hello, 0, token))
            client.send(self._initial(os.urandom(8), sender, hello, 0, token[: sent % len(token)]))
            sent += 6
            # Its own connection stays up.
            client.step(0.002)
        kinds = {packet[0] & 0x30 for each in others for packet in each.packets() if packet[0] & 0x80}
        return {
            "retried": bool(token),
            # Nothing but Retry packets.
            "accepted": len(kinds - {0x30}),
            "answered": client.ask(b"still here") == b"still here",
        }

    def certificate_chains(self):
        """Certificate chains of 16 kB to 4 MB, with or without a request for one."""
        connections = 0
        for size in (16_000, 60_000, 500_000, 4_000_000):
            client = self._client()
            client.present_chain(size)
            client.connect(max(1.0, self.seconds / 2))
            connections += 1
        return {"connections": connections}

    def many_parameters(self):
        """Transport parameters: many unknown ones, and long, duplicate, truncated or wrong ones (section 7.4)."""
        count = 0
        for more in (
            b"".join(frame(31 * n + 27, 0) for n in range(600)),
            frame(27, 2_000, b"x" * 2_000),
            frame(4, 1, b"\x01") * 2,
            frame(58, HUGE, b"x"),
            frame(58, (1 << 31) - 1, b"x"),
            b"\xff",
            frame(17, 4_000, b"\x6b\x33\x43\xcf" * 1_000),
        ):
            client = self._client()
            serialize = client.quic._serialize_transport_parameters
            client.quic._serialize_transport_parameters = lambda: serialize() + more
            client.connect(max(0.2, self.seconds / 4))
            client.close()
            count += 1
        return {"connections": count}

    def parameters(self):
        """Transport parameters at the ends of their ranges (section 18.2). Clients with allowed values are served."""
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
            if not client.connect(30.0) or client.ask(b"served", 30.0) != b"served":
                failed.append(name)
            client.close()
        for name, value in (
            ("active_connection_id_limit", 1),
            # Allowed, but kwik stores both in an int.
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
        """Server names (SNI) and protocols (ALPN) that are long, numerous, or unprintable."""
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
