package dev.satchel.batchexport.store.s3;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A buffer for one part of a file. It grows in chunks up to its capacity, without copying, and is reused for the next
 * part. Used by one thread.
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

    /** A new stream over the content; may be called several times. */
    InputStream content() {
        List<ByteArrayInputStream> streams = new ArrayList<>();
        for (int start = 0; start < size; start += CHUNK) {
            streams.add(new ByteArrayInputStream(chunks.get(start / CHUNK), 0, Math.min(CHUNK, size - start)));
        }
        return new SequenceInputStream(Collections.enumeration(streams));
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
}
