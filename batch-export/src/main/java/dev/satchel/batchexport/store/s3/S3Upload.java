package dev.satchel.batchexport.store.s3;

import dev.satchel.store.FileStore;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * The upload of one file to an S3 bucket. Used by one thread; further threads send its parts.
 *
 * <p>A file of one part is sent as a single PUT, a longer one as a multipart upload with equal parts. Both publish
 * with the condition that the name is free. The metadata of each object holds the id of its upload, so that a commit
 * whose answer was lost is recognised as successful.
 *
 * <p>{@link PartMemory} bounds the parts that are in memory. When a part fails, the next write or the commit throws its
 * exception. {@link #close} removes what was stored only after no part is under way any more, so that none arrives later.
 *
 * <p>The commit succeeds only if the service holds the bytes that were sent: it compares the length, and the MD5 or
 * CRC-32 of each part or of the file as computed by the service. If the service returns neither, as with some kinds of
 * encryption, the file is read back.
 */
final class S3Upload implements FileStore.Upload {

    static final int MOST_PARTS = 10_000;

    private final S3FileStore store;
    private final UploadRequests requests;
    private final String key;
    private final boolean readBack;
    private final int partSize;
    private final PartsInFlight parts;
    private final OutputStream body = new Body();
    private PartBuffer buffer;
    private long length;
    private @Nullable String uploadId;
    private boolean failed;
    private boolean publishing;
    private boolean ended;

    S3Upload(
            S3FileStore store,
            UploadRequests requests,
            String key,
            boolean readBack,
            PartMemory memory,
            Executor threads) {
        this.store = store;
        this.requests = requests;
        this.key = key;
        this.readBack = readBack;
        this.partSize = memory.partSize();
        this.parts = new PartsInFlight(requests, memory, threads);
        this.buffer = new PartBuffer(partSize);
    }

    @Override
    public OutputStream body() {
        return body;
    }

    @Override
    public void abort() {
        parts.abort();
        requests.abort();
    }

    @Override
    public boolean isSettled() {
        return requests.areAnswered();
    }

    @Override
    public void commit() throws IOException {
        if (ended) {
            throw new IllegalStateException("the upload to " + key + " has ended");
        }
        if (failed || publishing) {
            throw new IOException("the upload to " + key + " failed before");
        }
        if (uploadId == null) {
            commitWhole();
        } else {
            commitParts(uploadId);
            abortRepeated();
        }
        ended = true;
        release();
    }

    private void commitWhole() throws IOException {
        byte[] md5 = buffer.md5();
        boolean verified = false;
        publishing = true;
        try {
            PutObjectResponse answer = requests.put(buffer, md5);
            verified = StoredFile.isDigest(answer.eTag(), md5) || StoredFile.isChecksum(answer.checksumCRC32(), buffer);
        } catch (SdkException noAnswer) {
            unlessPublished(noAnswer);
        }
        new StoredFile(length, partSize, List.of(md5), false).verify(requests, verified, readBack);
    }

    private void commitParts(String id) throws IOException {
        failed = true;
        mayBeOneMore();
        parts.sendLast(id, buffer);
        failed = false;
        publishing = true;
        try {
            requests.complete(id, parts.completed());
        } catch (SdkException noAnswer) {
            unlessPublished(noAnswer);
        }
        new StoredFile(length, partSize, parts.digests(), true).verify(requests, parts.areVerified(), readBack);
    }

    // If the answer to a commit was lost and the SDK repeated it, the service answers that there is no such upload or
    // that the name is taken.
    private void unlessPublished(SdkException noAnswer) throws IOException {
        if (requests.areAborted()) {
            throw noAnswer;
        }
        boolean published = false;
        try {
            published = requests.havePublished();
        } catch (SdkException unknown) {
            noAnswer.addSuppressed(unknown);
        }
        if (!published) {
            throw requests.unlessDamaged(noAnswer);
        }
    }

    @Override
    public void close() {
        if (ended) {
            return;
        }
        ended = true;
        release();
        if (uploadId != null) {
            store.abort(key, uploadId);
        } else if (failed) {
            // The service may have begun an upload although the answer with its id was lost.
            store.abortAll(key);
        }
        if (publishing && requests.havePublished()) {
            store.deleteObject(key);
        }
    }

    private void release() {
        parts.end();
        buffer.release();
    }

    private void write(byte[] bytes, int offset, int count) throws IOException {
        if (ended || failed) {
            throw new IOException("the upload to " + key + (ended ? " has ended" : " has failed"));
        }
        // Until everything was written, an exception leaves the upload failed.
        failed = true;
        parts.check();
        int start = offset;
        int end = offset + count;
        while (start < end) {
            if (buffer.isFull()) {
                mayBeOneMore();
                buffer = parts.send(begin(), buffer);
            }
            start += buffer.write(bytes, start, end - start);
        }
        length += count;
        failed = false;
    }

    private String begin() {
        if (uploadId == null) {
            uploadId = requests.create();
        }
        return uploadId;
    }

    // The SDK repeats a request to begin an upload whose answer was lost; the service may have begun both. The one that
    // is
    // not used would stay, and be paid for, until the file expires. The file is complete whether or not this succeeds.
    private void abortRepeated() {
        if (!requests.areAnswered()) {
            try {
                store.abortAll(key);
            } catch (SdkException untilTheFileExpires) {
                return;
            }
        }
    }

    private void mayBeOneMore() throws FileTooLargeException {
        if (parts.count() == MOST_PARTS) {
            throw new FileTooLargeException("the file is longer than the "
                    + (MOST_PARTS * (long) partSize / (1 << 30))
                    + " GiB that fit into " + MOST_PARTS + " parts of " + (partSize >> 20)
                    + " MiB: ask for less, such as single types or a shorter period"
                    + (partSize < PartMemory.LARGEST
                            ? ", or give the worker more memory, which allows larger parts"
                            : ""));
        }
    }

    private final class Body extends OutputStream {

        @Override
        public void write(int value) throws IOException {
            S3Upload.this.write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            S3Upload.this.write(bytes, offset, count);
        }
    }
}
