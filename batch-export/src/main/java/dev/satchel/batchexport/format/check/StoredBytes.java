package dev.satchel.batchexport.format.check;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a file as they are read: counts them, computes their SHA-256, and remembers an exception of what they come
 * from, so that it can be told from one of a reader that does not understand the bytes. The caller closes what they come from. Used by one thread.
 */
final class StoredBytes extends FilterInputStream {

    private final MessageDigest digest = sha256Digest();
    private long count;
    private @Nullable IOException failure;

    StoredBytes(InputStream in) {
        super(in);
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
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
        try {
            int read = in.read(bytes, offset, length);
            if (read > 0) {
                digest.update(bytes, offset, read);
                count += read;
            }
            return read;
        } catch (IOException failed) {
            failure = failed;
            throw failed;
        }
    }

    // What is skipped counts too.
    @Override
    public long skip(long bytes) throws IOException {
        long skipped = 0;
        byte[] piece = new byte[8 * 1024];
        while (skipped < bytes) {
            int read = read(piece, 0, (int) Math.min(piece.length, bytes - skipped));
            if (read < 0) {
                break;
            }
            skipped += read;
        }
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** Does nothing, because readers close what they read, and some of it may be left. */
    @Override
    public void close() {}

    /** Reads what a reader left over, so that the size and the checksum are those of the whole file. */
    void readToTheEnd() throws IOException {
        transferTo(OutputStream.nullOutputStream());
    }

    /** Throws the exception that ended the reading, if it came from where the bytes come from. */
    void throwFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    long count() {
        return count;
    }

    /** The SHA-256 of what was read, in lower-case hexadecimal. Call it once, at the end. */
    String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
