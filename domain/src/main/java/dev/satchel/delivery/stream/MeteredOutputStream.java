package dev.satchel.delivery.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Counts the bytes written to a stream and computes their SHA-256. Used by one thread. */
public final class MeteredOutputStream extends DigestOutputStream {

    private long count;

    public MeteredOutputStream(OutputStream out) {
        super(out, sha256Digest());
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    @Override
    public void write(int value) throws IOException {
        super.write(value);
        count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        super.write(bytes, offset, length);
        count += length;
    }

    /** The number of bytes written. */
    public long count() {
        return count;
    }

    /**
     * The SHA-256 of all bytes written, in lower-case hexadecimal. Resets the digest, so call it once, after the last
     * byte.
     */
    public String sha256() {
        return HexFormat.of().formatHex(getMessageDigest().digest());
    }
}
