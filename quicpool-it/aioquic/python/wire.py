"""Clients and servers over aioquic without its event loop. The caller decides what is sent, and when."""

import select
import socket
import ssl
import time
import traceback

from aioquic.buffer import Buffer
from aioquic.quic import events
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection, QuicConnectionState
from aioquic.quic.packet import pull_quic_header
from aioquic.tls import Epoch

import chain
from frames import CONNECTION_CLOSE

ALPN = "np-quic"
HELLO = b"\x00"
ID_BYTES = 4


def varint(number):
    """RFC 9000, section 16."""
    if number < 1 << 6:
        return number.to_bytes(1, "big")
    if number < 1 << 14:
        return (number | 1 << 14).to_bytes(2, "big")
    if number < 1 << 30:
        return (number | 2 << 30).to_bytes(4, "big")
    return (number | 3 << 62).to_bytes(8, "big")


def frame(*parts):
    """The numbers as varints, the bytes as they are (RFC 9000, section 19)."""
    return b"".join(part if isinstance(part, bytes) else varint(part) for part in parts)


class Peer:
    """One end of a connection."""

    def __init__(self, quic, opened, address):
        self.quic = quic
        self.socket = opened
        self.address = address
        self.answers = {}
        self.ended = set()
        # Whether to ignore errors of aioquic: it does not expect the answers to raw packets.
        self.lenient = False

    @classmethod
    def configure(cls, configuration):
        """Changes the configuration of a server's connection."""

    @classmethod
    def answers_first(cls, opened, header, address):
        """Whether the first packet was answered without a connection."""
        return False

    def send_all(self):
        """Sends what aioquic wants to send. Returns the number of datagrams."""
        datagrams = self.quic.datagrams_to_send(now=time.monotonic())
        for datagram, _ in datagrams:
            self.send(datagram)
        return len(datagrams)

    def send(self, datagram):
        try:
            self.socket.sendto(datagram, self.address)
        except BlockingIOError:
            select.select([], [self.socket], [], 0.1)
        except ConnectionRefusedError:
            pass

    def take(self, datagram):
        """Processes what has arrived, without sending acknowledgements."""
        self.quic.receive_datagram(datagram, self.address, now=time.monotonic())
        if self.lenient and self.closed is None:
            self.quic._close_event = None
            self.quic._close_pending = False
        event = self.quic.next_event()
        while event is not None:
            self.came(event)
            event = self.quic.next_event()

    def came(self, event):
        if isinstance(event, events.StreamDataReceived):
            self.answers[event.stream_id] = self.answers.get(event.stream_id, b"") + event.data
            if event.end_stream:
                self.ended.add(event.stream_id)
        elif isinstance(event, (events.StreamReset, events.StopSendingReceived)):
            self.ended.add(event.stream_id)

    def on_timer(self):
        timer = self.quic.get_timer()
        if timer is not None and time.monotonic() >= timer:
            self.quic.handle_timer(now=time.monotonic())

    def wait(self, longest):
        """The time until the next timer."""
        timer = self.quic.get_timer()
        return longest if timer is None else min(longest, max(0.0, timer - time.monotonic()))

    @property
    def closed(self):
        """The reason for which the peer closed the connection; None while it is open."""
        event = self.quic._close_event
        if event is None or self.quic._state not in (QuicConnectionState.DRAINING, QuicConnectionState.TERMINATED):
            return None
        return event.reason_phrase or f"code {event.error_code:#x}"

    def raw(self, payload, skip=0):
        """Sends a 1-RTT packet with these frames, bypassing flow control, congestion control and loss recovery of aioquic.

        So many packet numbers are left out before it. Returns the datagram.
        """
        pair = self.quic._cryptos[Epoch.ONE_RTT]
        number = self.quic._packet_number + skip
        self.quic._packet_number = number + 1
        header = bytes([0x43 | pair.key_phase << 2]) + self.quic._peer_cid.cid + (number & 0xFFFFFFFF).to_bytes(4, "big")
        # The sample for header protection is there (RFC 9001, section 5.4.2).
        datagram = pair.encrypt_packet(header, payload.ljust(4, b"\x00"), number)
        self.send(datagram)
        return datagram


class Client(Peer):
    """A connection with its own socket."""

    def __init__(self, server, source="127.0.0.1", ticket=None, on_ticket=None, **settings):
        settings.setdefault("alpn_protocols", [ALPN])
        quic = QuicConnection(
            configuration=QuicConfiguration(
                is_client=True,
                server_name="localhost",
                verify_mode=ssl.CERT_NONE,
                session_ticket=ticket,
                **settings,
            ),
            session_ticket_handler=on_ticket,
        )
        super().__init__(quic, self.open(source), server)

    @staticmethod
    def open(source):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((source, 0))
        opened.setblocking(False)
        return opened

    def packets(self):
        """The raw datagrams that have arrived."""
        while True:
            try:
                yield self.socket.recv(65536)
            except (BlockingIOError, ConnectionRefusedError):
                return

    def present_chain(self, size):
        """Presents a certificate chain of about this size, even without a request."""
        chain.configure(self.quic.configuration, size)
        chain.allow(self.quic, asked=True)

    def received(self):
        """Processes what has arrived, without waiting."""
        while True:
            try:
                self.take(self.socket.recv(65536))
            except (BlockingIOError, ConnectionRefusedError):
                break

    def step(self, longest=0.02):
        """Sends, waits for the next datagram or timer, and processes what has arrived."""
        self.send_all()
        select.select([self.socket], [], [], self.wait(longest))
        self.received()
        self.on_timer()
        self.send_all()

    def until(self, condition, seconds=5.0):
        """Steps until the condition is true. Returns whether it was true in time."""
        end = time.monotonic() + seconds
        while not condition():
            if self.closed is not None or time.monotonic() > end:
                return condition()
            self.step()
        return True

    def connect(self, seconds=5.0):
        """Whether it is connected: its handshake is confirmed (RFC 9001, section 4.1.2)."""
        self.quic.connect(self.address, now=time.monotonic())
        return self.until(lambda: self.quic._handshake_confirmed, seconds)

    def stream(self, data=b"", fin=False):
        """Opens a stream and sends the hello and these bytes."""
        stream = self.quic.get_next_available_stream_id()
        self.quic.send_stream_data(stream, HELLO + data, end_stream=fin)
        return stream

    def ask(self, data, seconds=60.0):
        """Sends these bytes on a new stream and ends it. Returns the answer after the id; None without an answer."""
        stream = self.stream(data, fin=True)
        self.until(lambda: stream in self.ended, seconds)
        answer = self.answers.get(stream, b"")
        return answer[ID_BYTES:] if len(answer) >= ID_BYTES else None

    def credit(self):
        """The stream credit for bidirectional streams."""
        return self.quic._remote_max_streams_bidi - self.quic._local_next_stream_id_bidi // 4

    def close(self, reason="", code=0):
        self.quic.close(error_code=code, reason_phrase=reason)
        self.send_all()
        self.socket.close()

    def leave(self):
        """Closes the connection in any state, so that the peer need not keep it."""
        if self.socket.fileno() >= 0:
            if self.closed is None and self.quic._handshake_confirmed:
                self.raw(frame(CONNECTION_CLOSE, 0, 0))
            self.socket.close()


class Server:
    """A socket that makes a peer of this class for each client."""

    def __init__(self, certificate, key, peer, **settings):
        self.socket = Client.open("127.0.0.1")
        self.port = self.socket.getsockname()[1]
        self.peer = peer
        self.peers = {}
        self.settings = settings
        self.files = certificate, key

    def configuration(self):
        configuration = QuicConfiguration(is_client=False, alpn_protocols=[ALPN], **self.settings)
        configuration.load_cert_chain(*self.files)
        self.peer.configure(configuration)
        return configuration

    def step(self, longest=0.01):
        """Processes what has arrived, lets each peer act, and sends."""
        waits = [each.wait(longest) for each in self.peers.values()]
        select.select([self.socket], [], [], min(waits, default=longest))
        for _ in range(100):
            try:
                datagram, address = self.socket.recvfrom(65536)
            except (BlockingIOError, ConnectionRefusedError):
                break
            peer = self.peers.get(address)
            if peer is None:
                header = pull_quic_header(Buffer(data=datagram), host_cid_length=8)
                if header.token is None or self.peer.answers_first(self.socket, header, address):
                    continue
                quic = QuicConnection(
                    configuration=self.configuration(),
                    original_destination_connection_id=header.destination_cid,
                )
                peer = self.peers[address] = self.peer(quic, self.socket, address)
            try:
                peer.take(datagram)
            except Exception:
                traceback.print_exc()
        for address, peer in list(self.peers.items()):
            try:
                peer.on_timer()
                peer.act()
                peer.send_all()
            except Exception:
                # An error of aioquic for one peer must not stop the others.
                traceback.print_exc()
                del self.peers[address]
