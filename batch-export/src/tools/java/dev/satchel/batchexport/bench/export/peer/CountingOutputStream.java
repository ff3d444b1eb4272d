package dev.satchel.batchexport.bench.export.peer;

import java.io.OutputStream;

/** Counts the bytes and drops them. */
final class CountingOutputStream extends OutputStream {

    private long count;

    @Override
    public void write(int value) {
        count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        count += length;
    }

    long count() {
        return count;
    }
}
