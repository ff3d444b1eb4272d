package dev.satchel.batchexport.store.s3;

import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32;
import software.amazon.awssdk.core.exception.AbortedException;

/**
 * A buffer for one part of a file. It grows in chunks up to its capacity, without copying, and is reused for a later
 * part. Used by one thread at a time.
 */
final class PartBuffer {

    private static final int CHUNK = 256 * 1024;

    private final int capacity;
    private final List<byte[]> chunks = new ArrayList<>();
    private int size;

    PartBuffer(int capacity) {
        this.capacity = capacity;
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size == capacity;
    }

    /** Appends as many of the bytes as fit, and returns their number. */
    int write(byte[] bytes, int offset, int length) {
        int taken = Math.min(length, capacity - size);
        int left = taken;
        int from = offset;
        while (left > 0) {
            int used = size % CHUNK;
            if (size / CHUNK == chunks.size()) {
                chunks.add(new byte[Math.min(CHUNK, capacity - size)]);
            }
            byte[] chunk = chunks.get(size / CHUNK);
            int count = Math.min(left, chunk.length - used);
            System.arraycopy(bytes, from, chunk, used, count);
            size += count;
            from += count;
            left -= count;
        }
        return taken;
    }

    /** Empties the buffer, but keeps its memory. */
    void clear() {
        size = 0;
    }

    /** Empties the buffer and releases its memory. */
    void release() {
        chunks.clear();
        size = 0;
    }

    /**
     * A new stream over the content; may be called several times.
     *
     * @param givenUp once it returns true, reading throws an exception after which the SDK does not try again
     */
    InputStream content(BooleanSupplier givenUp) {
        return new Content(givenUp);
    }

    byte[] md5() {
        MessageDigest md5 = newMd5();
        for (int start = 0; start < size; start += CHUNK) {
            md5.update(chunks.get(start / CHUNK), 0, Math.min(CHUNK, size - start));
        }
        return md5.digest();
    }

    /** The CRC-32 in base64, as in the headers of S3. */
    String crc32() {
        CRC32 crc = new CRC32();
        for (int start = 0; start < size; start += CHUNK) {
            crc.update(chunks.get(start / CHUNK), 0, Math.min(CHUNK, size - start));
        }
        int value = (int) crc.getValue();
        return Base64.getEncoder()
                .encodeToString(
                        new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value});
    }

    static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has MD5", impossible);
        }
    }

    private final class Content extends InputStream {

        private final BooleanSupplier givenUp;
        private int position;

        Content(BooleanSupplier givenUp) {
            this.givenUp = givenUp;
        }

        @Override
        public int read() {
            byte[] next = new byte[1];
            return read(next, 0, 1) < 0 ? -1 : next[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (givenUp.getAsBoolean()) {
                throw AbortedException.create("the upload was given up");
            }
            if (position == size) {
                return length == 0 ? 0 : -1;
            }
            int used = position % CHUNK;
            int count = Math.min(Math.min(length, CHUNK - used), size - position);
            System.arraycopy(chunks.get(position / CHUNK), used, bytes, offset, count);
            position += count;
            return count;
        }

        @Override
        public int available() {
            return size - position;
        }
    }
}
