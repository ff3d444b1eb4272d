package dev.satchel.batchexport.store.s3;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * The parts of one multipart upload, several of which are under way at once. One thread fills and hands over the parts;
 * threads of the store hash and send them, each by itself.
 *
 * <p>The first failure ends the upload: the other parts are given up, and the next call throws the exception of the part
 * that failed.
 */
final class PartsInFlight {

    private final UploadRequests requests;
    private final PartMemory memory;
    private final Executor threads;
    private final Deque<PartBuffer> free = new ArrayDeque<>();
    private final SortedMap<Integer, SentPart> sent = new TreeMap<>();
    private final SortedMap<Integer, byte[]> digests = new TreeMap<>();
    private int handedOver;
    private int inFlight;
    private int reserved;
    private int firstDigest = Integer.MAX_VALUE;
    private int lastOther;
    private volatile boolean givenUp;
    private volatile @Nullable Throwable failure;

    PartsInFlight(UploadRequests requests, PartMemory memory, Executor threads) {
        this.requests = requests;
        this.memory = memory;
        this.threads = threads;
    }

    /**
     * A part that the store has.
     *
     * @param hasDigest whether the ETag that the store gave is the MD5
     * @param verified whether the store gave the MD5 or the CRC-32 of the bytes that were sent
     */
    private record SentPart(CompletedPart part, boolean hasDigest, boolean verified) {}

    /** How many parts were handed over. */
    int count() {
        return handedOver;
    }

    /** Throws the exception of the part that failed, if one has. */
    void check() throws IOException {
        Throwable failed = failure;
        if (failed instanceof IOException exception) {
            throw exception;
        }
        if (failed instanceof Error error) {
            throw error;
        }
        if (failed != null) {
            throw (RuntimeException) failed;
        }
    }

    /**
     * Hands over a part, and returns an empty buffer for the next one. Waits while as many parts are under way as may
     * be, or no memory is left for a further one.
     */
    PartBuffer send(String id, PartBuffer full) throws IOException {
        handOver(id, full);
        return nextBuffer();
    }

    /** Hands over the last part, and waits until the store has all of them. */
    void sendLast(String id, PartBuffer last) throws IOException {
        handOver(id, last);
        await(() -> inFlight == 0);
    }

    private void handOver(String id, PartBuffer part) throws IOException {
        await(() -> inFlight < memory.inFlight());
        handedOver++;
        int number = handedOver;
        synchronized (this) {
            inFlight++;
        }
        try {
            threads.execute(() -> run(id, number, part));
        } catch (RuntimeException | Error notStarted) {
            ended(part, notStarted);
            throw notStarted;
        }
    }

    private synchronized PartBuffer nextBuffer() throws IOException {
        await(() -> !free.isEmpty() || hasReserved());
        return free.pop();
    }

    private boolean hasReserved() {
        if (!memory.tryReserve()) {
            return false;
        }
        reserved++;
        free.push(new PartBuffer(memory.partSize()));
        return true;
    }

    private synchronized void await(BooleanSupplier condition) throws IOException {
        check();
        try {
            while (!condition.getAsBoolean()) {
                wait();
                check();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw AbortedException.create("interrupted while parts were under way", interrupted);
        }
    }

    private void run(String id, int number, PartBuffer part) {
        Throwable failed = null;
        try {
            byte[] md5 = part.md5();
            keep(number, md5, sent(id, number, part, md5));
        } catch (Throwable thrown) {
            failed = thrown;
        } finally {
            ended(part, failed);
        }
    }

    private SentPart sent(String id, int number, PartBuffer part, byte[] md5) throws IOException {
        try {
            CompletedPart completed = requests.part(id, number, part, md5, () -> givenUp);
            boolean digest = StoredFile.isDigest(completed.eTag(), md5);
            return new SentPart(completed, digest, digest || StoredFile.isChecksum(completed.checksumCRC32(), part));
        } catch (SdkException refused) {
            throw requests.unlessDamaged(refused);
        }
    }

    // A service that gives digests gives them for every part. A part whose ETag is not its digest after one whose ETag
    // is, arrived damaged. After the first part alone that is not known, and the whole file will be compared.
    private synchronized void keep(int number, byte[] md5, SentPart part) throws IOException {
        sent.put(number, part);
        digests.put(number, md5);
        if (part.hasDigest()) {
            firstDigest = Math.min(firstDigest, number);
        } else {
            lastOther = Math.max(lastOther, number);
        }
        if (firstDigest < lastOther) {
            throw requests.damaged("received other bytes than were sent", null);
        }
    }

    private synchronized void ended(PartBuffer part, @Nullable Throwable failed) {
        inFlight--;
        part.clear();
        free.push(part);
        if (failed != null && failure == null) {
            failure = failed;
            givenUp = true;
        }
        notifyAll();
    }

    /** Ends the calls that wait for parts. Called by any thread. */
    synchronized void abort() {
        if (failure == null) {
            failure = AbortedException.create("the upload was given up");
        }
        givenUp = true;
        notifyAll();
    }

    /**
     * Gives up what is under way, and returns when no part is: a part that is still being sent ends at once, and one that
     * waits for the answer of the store waits for it, unless the requests were aborted. Releases the memory.
     */
    void end() {
        givenUp = true;
        boolean interrupted = false;
        synchronized (this) {
            while (inFlight > 0) {
                try {
                    wait();
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
            free.clear();
            memory.release(reserved);
            reserved = 0;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The parts as the store has them, in the order of the file. */
    synchronized List<CompletedPart> completed() {
        return sent.values().stream().map(SentPart::part).toList();
    }

    /** The MD5 of each part, in the order of the file. */
    synchronized List<byte[]> digests() {
        return List.copyOf(digests.values());
    }

    /** Whether the store gave the MD5 or the CRC-32 of each part. */
    synchronized boolean areVerified() {
        return sent.values().stream().allMatch(SentPart::verified);
    }
}
