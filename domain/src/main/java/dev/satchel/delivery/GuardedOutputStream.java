package dev.satchel.delivery;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Checks the lease before each piece of the file, and counts each piece as progress. */
final class GuardedOutputStream extends FilterOutputStream {

    /** The number of bytes written between two checks of the lease and of the signal to stop. */
    private static final int PIECE = 64 * 1024;

    private final Lease lease;

    GuardedOutputStream(OutputStream out, Lease lease) {
        super(out);
        this.lease = lease;
    }

    @Override
    public void write(int value) throws IOException {
        lease.check();
        out.write(value);
        lease.move();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int piece = Math.min(PIECE, length - done);
            lease.check();
            out.write(bytes, offset + done, piece);
            lease.move();
            done += piece;
        }
    }
}
