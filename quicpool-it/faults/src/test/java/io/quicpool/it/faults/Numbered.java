package io.quicpool.it.faults;

import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * A request and its answer in which each side can check every byte: a number, the id of the stream, a length, and as
 * many bytes, which depend on the number and their position.
 */
final class Numbered {

    /** Wrong bytes came, or bytes at a wrong position. */
    static final class WrongBytes extends IOException {
        private static final long serialVersionUID = 1L;

        WrongBytes(String message) {
            super(message);
        }
    }

    /** The other end of the stream has another id. */
    static final class WrongPair extends IOException {
        private static final long serialVersionUID = 1L;

        WrongPair(String message) {
            super(message);
        }
    }

    private static final int CHUNK = 4096;
    private static final int LARGEST = 1 << 26;

    private Numbered() {}

    /** The side that asks. It writes, ends its direction, and reads the answer to the end. */
    static void ask(PooledStream stream, long number, int length) throws IOException {
        try (OutputStream out = stream.outputStream()) {
            say(out, stream.id(), number, length);
        }
        long answered = hear(stream);
        if (answered != ~number) {
            throw new WrongBytes("asked " + number + ", the answer is to " + ~answered);
        }
    }

    /** The other side answers, with as many bytes. */
    static void answer(PooledStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream.inputStream());
        long number = in.readLong();
        int length = hear(in, stream.id(), number);
        try (OutputStream out = stream.outputStream()) {
            say(out, stream.id(), ~number, length);
        }
    }

    private static void say(OutputStream to, StreamId id, long number, int length) throws IOException {
        DataOutputStream out = new DataOutputStream(to);
        out.writeLong(number);
        out.writeInt(id.value());
        out.writeInt(length);
        byte[] chunk = new byte[CHUNK];
        for (int offset = 0; offset < length; offset += CHUNK) {
            int size = Math.min(CHUNK, length - offset);
            fill(chunk, size, number, offset);
            out.write(chunk, 0, size);
        }
    }

    private static long hear(PooledStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream.inputStream());
        long number = in.readLong();
        hear(in, stream.id(), number);
        return number;
    }

    private static int hear(DataInputStream in, StreamId id, long number) throws IOException {
        int there = in.readInt();
        if (there != id.value()) {
            throw new WrongPair(new StreamId(there) + " is at the other end of " + id);
        }
        int length = in.readInt();
        if (length < 0 || length > LARGEST) {
            throw new WrongBytes("a length of " + length);
        }
        byte[] heard = new byte[CHUNK];
        byte[] right = new byte[CHUNK];
        for (int offset = 0; offset < length; offset += CHUNK) {
            int size = Math.min(CHUNK, length - offset);
            int got = in.readNBytes(heard, 0, size);
            fill(right, size, number, offset);
            int different = Arrays.mismatch(heard, 0, got, right, 0, got);
            if (different >= 0) {
                throw new WrongBytes("byte " + (offset + different) + " of " + number + " on stream " + id);
            }
            if (got < size) {
                throw new EOFException("ended after " + (offset + got) + " of " + length + " bytes");
            }
        }
        if (in.read() >= 0) {
            throw new WrongBytes("more than " + length + " bytes of " + number + " on stream " + id);
        }
        return length;
    }

    private static void fill(byte[] chunk, int size, long number, int offset) {
        for (int i = 0; i < size; i++) {
            chunk[i] = (byte) (mix(number + (offset + i) / Long.BYTES) >>> ((offset + i) % Long.BYTES * Byte.SIZE));
        }
    }

    // The finalizer of SplittableRandom's generator (Steele, Lea, Flood 2014): neighbours become unlike.
    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
