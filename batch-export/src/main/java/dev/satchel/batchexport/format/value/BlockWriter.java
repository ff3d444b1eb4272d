package dev.satchel.batchexport.format.value;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Collects the bytes of a file in a block of 64 KiB and writes it to a stream whenever it is full, so that no object
 * is made for a value. Used by one thread.
 */
public final class BlockWriter {

    private static final int BLOCK = 64 * 1024;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final OutputStream out;
    private final byte[] block = new byte[BLOCK];
    private int size;

    public BlockWriter(OutputStream out) {
        this.out = out;
    }

    /** Writes all collected bytes to the stream, and flushes the stream. */
    public void flush() throws IOException {
        pass();
        out.flush();
    }

    private void pass() throws IOException {
        int length = size;
        size = 0;
        if (length > 0) {
            out.write(block, 0, length);
        }
    }

    private void makeRoom(int bytes) throws IOException {
        if (BLOCK - size < bytes) {
            pass();
        }
    }

    /** An ASCII character, or one byte of another. */
    public void put(int character) throws IOException {
        makeRoom(1);
        block[size++] = (byte) character;
    }

    public void put(byte[] bytes) throws IOException {
        put(bytes, 0, bytes.length);
    }

    public void put(byte[] bytes, int offset, int length) throws IOException {
        if (length >= BLOCK) {
            // Collecting it would save no call of the stream.
            pass();
            out.write(bytes, offset, length);
            return;
        }
        int done = 0;
        while (length - done > BLOCK - size) {
            int piece = BLOCK - size;
            System.arraycopy(bytes, offset + done, block, size, piece);
            size = BLOCK;
            done += piece;
            pass();
        }
        System.arraycopy(bytes, offset + done, block, size, length - done);
        size += length - done;
    }

    public void integer(long value) throws IOException {
        makeRoom(Ascii.LONGEST_INTEGER);
        size = Ascii.integer(block, size, value);
    }

    public void uuid(long mostSignificantBits, long leastSignificantBits) throws IOException {
        makeRoom(Ascii.UUID_LENGTH);
        size = Ascii.uuid(block, size, mostSignificantBits, leastSignificantBits);
    }

    /** A moment in UTC; see {@link Iso8601}. */
    public void moment(long epochSecond, int microOfSecond) throws IOException {
        makeRoom(Iso8601.LONGEST_MOMENT);
        size = Iso8601.moment(block, size, epochSecond, microOfSecond);
    }

    /** A date; see {@link Iso8601}. */
    public void day(long epochDay) throws IOException {
        makeRoom(Iso8601.LONGEST_DAY);
        size = Iso8601.day(block, size, epochDay);
    }

    /**
     * Copies bytes until the first stop byte.
     *
     * @return the index of the stop byte in {@code source}, or {@code end} if there is none
     */
    public int copy(byte[] source, int offset, int end, StopBytes stops) throws IOException {
        int at = offset;
        while (at < end) {
            makeRoom(Long.BYTES);
            // What is copied beyond the end or the stop byte is overwritten by what follows.
            long word = word(source, at);
            LONGS.set(block, size, word);
            int left = Math.min(Long.BYTES, end - at);
            int copied = Math.min(left, stops.bytesBefore(word));
            at += copied;
            size += copied;
            if (copied < left) {
                return at;
            }
        }
        return end;
    }

    private static long word(byte[] source, int at) {
        if (source.length - at >= Long.BYTES) {
            return (long) LONGS.get(source, at);
        }
        long word = 0;
        for (int index = source.length - 1; index >= at; index--) {
            word = (word << 8) | (source[index] & 0xFF);
        }
        return word;
    }
}
