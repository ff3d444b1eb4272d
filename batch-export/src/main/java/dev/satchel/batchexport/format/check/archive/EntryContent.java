package dev.satchel.batchexport.format.check.archive;

import dev.satchel.batchexport.format.check.UnreadableContentException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * The content of a file in a ZIP. Gives no more bytes than the ZIP states, however far they could be inflated. Used by one
 * thread.
 */
final class EntryContent implements Closeable {

    private static final int PIECE = 64 * 1024;

    private final ZipStructure.Entry entry;
    private final Inflater inflater = new Inflater(true);
    private final Region compressed;
    private final Counted counted;

    EntryContent(FileChannel file, ZipStructure.Entry entry) {
        this.entry = entry;
        this.compressed = new Region(file, entry.contentAt(), entry.compressed());
        this.counted = new Counted(new InflaterInputStream(compressed, inflater, PIECE));
    }

    /** The bytes, from where the last reader stopped. */
    InputStream stream() {
        return new BufferedInputStream(counted, PIECE);
    }

    /** The whole content, if it is not longer than {@code most}. */
    byte[] small(int most) throws IOException {
        if (entry.bytes() > most) {
            throw new UnreadableContentException(
                    "it has " + entry.bytes() + " bytes, and Satchel writes at most " + most);
        }
        byte[] content = counted.readNBytes(most);
        end();
        return content;
    }

    /** Reads what is left, and throws an exception if the content is not what the ZIP states. */
    void end() throws IOException {
        counted.transferTo(OutputStream.nullOutputStream());
        if (counted.count != entry.bytes()) {
            throw new UnreadableContentException(
                    "it has " + counted.count + " bytes, and the ZIP states " + entry.bytes());
        }
        if ((int) counted.crc.getValue() != entry.crc()) {
            throw new UnreadableContentException("the ZIP states another checksum (CRC-32) of its content");
        }
        if (inflater.getRemaining() > 0 || compressed.left > 0) {
            throw new UnreadableContentException("something follows its compressed content");
        }
    }

    /**
     * Whether the bits after the compressed content, up to a whole byte, are 0. No program looks at them, so that a change
     * would go unnoticed. The highest of the last byte's bits that is not 0 is needed if the content is another without it.
     */
    static boolean hasCleanEnd(FileChannel file, ZipStructure.Entry entry) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        if (entry.compressed() == 0 || file.read(last, entry.contentAt() + entry.compressed() - 1) != 1) {
            return true;
        }
        int highest = Integer.highestOneBit(last.get(0) & 0xFF);
        if (highest == 0) {
            return true;
        }
        try (EntryContent without = new EntryContent(file, entry)) {
            without.compressed.lastBits = ~highest;
            without.end();
            return false;
        } catch (IOException needed) {
            return true;
        }
    }

    /** How many bytes were read. */
    long bytes() {
        return counted.count;
    }

    /** The SHA-256 of what was read. Call it once, at the end. */
    String sha256() {
        return HexFormat.of().formatHex(counted.sha256.digest());
    }

    @Override
    public void close() {
        inflater.end();
    }

    /** A part of the file. */
    private static final class Region extends InputStream {

        private final FileChannel file;
        private long at;
        private long left;
        private int lastBits = ~0;

        Region(FileChannel file, long at, long left) {
            this.file = file;
            this.at = at;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = file.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, left)), at);
            if (read > 0) {
                at += read;
                left -= read;
                if (left == 0) {
                    bytes[offset + read - 1] &= (byte) lastBits;
                }
            }
            return read;
        }
    }

    /** The inflated bytes, counted and summed. */
    private final class Counted extends InputStream {

        private final InputStream in;
        private final CRC32 crc = new CRC32();
        private final MessageDigest sha256;
        private long count;

        Counted(InputStream in) {
            this.in = in;
            try {
                this.sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every Java platform has SHA-256", impossible);
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            if (read > 0) {
                crc.update(bytes, offset, read);
                sha256.update(bytes, offset, read);
                count += read;
                if (count > entry.bytes()) {
                    throw new UnreadableContentException(
                            "it goes on after the " + entry.bytes() + " bytes that the ZIP states");
                }
            }
            return read;
        }
    }
}
