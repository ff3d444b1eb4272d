package dev.satchel.batchexport.store.s3;

import java.util.concurrent.Semaphore;

/**
 * The memory for the parts of all uploads of a store: how large a part is, and how many there may be. Safe for use by
 * many threads.
 *
 * <p>Every upload has one part of its own, so that it can always go on. What it sends while it fills the next part
 * comes out of a reserve that all uploads of the store share.
 */
public final class PartMemory {

    /** The size of parts in bytes, if memory allows; with the 10,000 parts that S3 allows, a file may have 156 GiB. */
    static final int LARGEST = 16 * 1024 * 1024;

    /** The minimum of S3 for all parts but the last; a file may then have 48 GiB. */
    static final int SMALLEST = 5 * 1024 * 1024;

    private final int partSize;
    private final int inFlight;
    private final Semaphore reserve;

    /**
     * Parts of that size.
     *
     * @param inFlight how many parts of one upload may be under way at once
     * @param reserve how many parts all uploads together may have beside the first of each
     */
    PartMemory(int partSize, int inFlight, int reserve) {
        this.partSize = partSize;
        this.inFlight = inFlight;
        this.reserve = new Semaphore(reserve);
    }

    /**
     * The parts for a heap of that many bytes. The part that an upload fills takes at most a sixteenth of it, and with
     * the whole reserve at most a quarter; but a part has at least the minimum of S3. Some services require equal parts
     * except for the last, so the size cannot grow with the file.
     */
    public static PartMemory of(long heap, int inFlight) {
        int size = (int) Math.max(SMALLEST, Math.min(LARGEST, heap / 16));
        return new PartMemory(size, inFlight, (int) Math.max(0, Math.min(Integer.MAX_VALUE, heap / 4 / size - 1)));
    }

    /** The size of the parts of a file, in bytes. */
    int partSize() {
        return partSize;
    }

    /** How many parts of one upload may be under way at once. */
    int inFlight() {
        return inFlight;
    }

    /** Takes one part from the reserve, if one is left. */
    boolean tryReserve() {
        return reserve.tryAcquire();
    }

    /** Gives parts back to the reserve. */
    void release(int parts) {
        reserve.release(parts);
    }
}
