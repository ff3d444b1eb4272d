package dev.satchel.batchexport.store.s3;

import dev.satchel.store.DamagedFileException;
import dev.satchel.store.FileStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * The upload of one file to an S3 bucket, with one part of it in memory. Used by one thread.
 *
 * <p>A file of one part is sent as a single PUT, a longer one as a multipart upload with equal parts. Both publish
 * with the condition that the name is free. The metadata of each object holds the id of its upload, so that a commit
 * whose answer was lost is recognised as successful.
 *
 * <p>The commit succeeds only if the service holds the bytes that were sent: it compares the length, and the MD5 or
 * CRC-32 of each part or of the file as computed by the service. If the service returns neither, as with some kinds of
 * encryption, the file is read back.
 */
final class S3Upload implements FileStore.Upload {

    static final int MOST_PARTS = 10_000;

    private static final String UPLOAD_ID = "satchel-upload";

    /** The lowest bandwidth, in bytes per second, at which an upload can succeed. */
    private static final int SLOWEST = 128 * 1024;

    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 3;

    private final S3FileStore store;
    private final S3Client client;
    private final Target target;
    private final String bucket;
    private final String key;
    private final boolean checksums;
    private final boolean readBack;
    private final @Nullable String onlyIfFree;
    private final Map<String, String> metadata =
            Map.of(UPLOAD_ID, UUID.randomUUID().toString());
    private final AtomicInteger unanswered = new AtomicInteger();
    private final List<CompletedPart> parts = new ArrayList<>();
    private final List<byte[]> digests = new ArrayList<>();
    private final OutputStream body = new Body();
    private final PartBuffer buffer;
    private final int partSize;
    private long length;
    private boolean verified = true;
    private boolean tagsAreDigests;
    private @Nullable String uploadId;
    private boolean failed;
    private boolean publishing;
    private boolean ended;

    S3Upload(S3FileStore store, S3Client client, S3Connection connection, Target target, int partSize) {
        this.store = store;
        this.client = client;
        this.target = target;
        this.bucket = target.address().name();
        this.key = target.key();
        this.checksums = connection.options().checksums() == S3Options.Checksums.WHEN_SUPPORTED;
        this.readBack = connection.options().readBack() == S3Options.ReadBack.ALWAYS;
        this.onlyIfFree = connection.options().conditionalWrites() ? "*" : null;
        this.buffer = new PartBuffer(partSize);
        this.partSize = partSize;
    }

    /** The object to write, and the headers for its download. */
    record Target(Bucket address, String key, String disposition, String contentType) {}

    @Override
    public OutputStream body() {
        return body;
    }

    @Override
    public boolean isSettled() {
        return unanswered.get() == 0;
    }

    @Override
    public void commit() throws IOException {
        if (ended) {
            throw new IllegalStateException("the upload to " + key + " has ended");
        }
        if (failed) {
            throw new IOException("a part of the upload to " + key + " failed before");
        }
        if (uploadId != null) {
            sendPart(uploadId);
        }
        publish();
        verify();
        ended = true;
        buffer.release();
    }

    private void publish() throws IOException {
        publishing = true;
        try {
            if (uploadId == null) {
                put();
            } else {
                complete(uploadId);
            }
        } catch (SdkException noAnswer) {
            if (!isPublished(noAnswer)) {
                throw unlessDamaged(noAnswer);
            }
        }
    }

    private void put() {
        byte[] md5 = buffer.md5();
        digests.add(md5);
        length = buffer.size();
        verified = false;
        PutObjectResponse answer = client.putObject(
                put -> put.bucket(bucket)
                        .key(key)
                        .ifNoneMatch(onlyIfFree)
                        .contentType(target.contentType())
                        .contentDisposition(target.disposition())
                        .contentMD5(header(md5))
                        .metadata(metadata)
                        .overrideConfiguration(settings(buffer.size())),
                content());
        verified = isDigest(answer.eTag(), md5) || isChecksum(answer.checksumCRC32());
    }

    private void complete(String id) {
        client.completeMultipartUpload(complete -> complete.bucket(bucket)
                .key(key)
                .uploadId(id)
                .ifNoneMatch(onlyIfFree)
                .multipartUpload(upload -> upload.parts(parts))
                .overrideConfiguration(counted()));
    }

    // If the answer to a commit was lost and the SDK repeated it, the service answers that there is no such upload or
    // that the name is taken.
    private boolean isPublished(SdkException noAnswer) {
        try {
            return isThisUploads();
        } catch (SdkException unknown) {
            noAnswer.addSuppressed(unknown);
            return false;
        }
    }

    private boolean isThisUploads() {
        try {
            return head().metadata().equals(metadata);
        } catch (S3Exception missing) {
            if (missing.statusCode() == 404) {
                return false;
            }
            throw missing;
        }
    }

    private HeadObjectResponse head() {
        return client.headObject(head -> head.bucket(bucket).key(key));
    }

    private void verify() throws IOException {
        HeadObjectResponse stored = stored();
        if (stored.contentLength() == null || stored.contentLength() != length) {
            throw damaged("holds " + stored.contentLength() + " bytes of " + length, null);
        }
        if (readBack || !(verified || isDigest(stored.eTag(), digestOfParts()))) {
            compare();
        }
    }

    private HeadObjectResponse stored() throws IOException {
        try {
            return head();
        } catch (S3Exception refused) {
            if (refused.statusCode() == 404) {
                throw damaged("does not have the file that it accepted", refused);
            }
            throw refused;
        }
    }

    // The ETag of a multipart upload on most services: the MD5 of the parts' MD5s.
    private byte[] digestOfParts() {
        if (uploadId == null) {
            return digests.get(0);
        }
        MessageDigest whole = PartBuffer.newMd5();
        digests.forEach(whole::update);
        return whole.digest();
    }

    private void compare() throws IOException {
        try (InputStream in = client.getObject(get -> get.bucket(bucket).key(key))) {
            byte[] piece = new byte[64 * 1024];
            for (byte[] expected : digests) {
                MessageDigest md5 = PartBuffer.newMd5();
                int left = partSize;
                for (int read = in.read(piece, 0, Math.min(left, piece.length));
                        read > 0;
                        read = in.read(piece, 0, Math.min(left, piece.length))) {
                    md5.update(piece, 0, read);
                    left -= read;
                }
                if (!Arrays.equals(expected, md5.digest())) {
                    throw damaged("returned other bytes than were sent", null);
                }
            }
            if (in.read() >= 0) {
                throw damaged("returned more bytes than were sent", null);
            }
        }
    }

    private boolean isDigest(@Nullable String tag, byte[] md5) {
        String expected = HexFormat.of().formatHex(md5);
        return tag != null && tag.replaceAll("^W/|\"|-[0-9]+$", "").equalsIgnoreCase(expected);
    }

    private boolean isChecksum(@Nullable String crc32) {
        return crc32 != null && crc32.equals(buffer.crc32());
    }

    // With the newer checksums the service verifies the content itself, and some services then refuse Content-MD5.
    private @Nullable String header(byte[] md5) {
        return checksums ? null : Base64.getEncoder().encodeToString(md5);
    }

    private DamagedFileException damaged(String what, @Nullable Exception cause) {
        return new DamagedFileException(
                "the store " + target.address() + " " + what + ": if it lasts, look for what changes data on the way,"
                        + " such as a proxy",
                cause);
    }

    private IOException unlessDamaged(SdkException failure) {
        if (failure instanceof S3Exception refused && S3Error.of(refused).isDamage()) {
            return damaged("received other bytes than were sent (" + S3Failures.said(refused) + ")", refused);
        }
        throw failure;
    }

    @Override
    public void close() {
        if (ended) {
            return;
        }
        ended = true;
        buffer.release();
        if (uploadId != null) {
            store.abort(key, uploadId);
        } else if (failed) {
            // The service may have begun an upload although the answer with its id was lost.
            store.abortAll(key);
        }
        if (publishing && isThisUploads()) {
            store.deleteObject(key);
        }
    }

    private void write(byte[] bytes, int offset, int count) throws IOException {
        if (ended || failed) {
            throw new IOException("the upload to " + key + (ended ? " has ended" : " has failed"));
        }
        int start = offset;
        int end = offset + count;
        while (start < end) {
            if (buffer.isFull()) {
                sendPart(begin());
            }
            start += buffer.write(bytes, start, end - start);
        }
    }

    private String begin() {
        if (uploadId == null) {
            failed = true;
            uploadId = client.createMultipartUpload(create -> create.bucket(bucket)
                            .key(key)
                            .contentType(target.contentType())
                            .contentDisposition(target.disposition())
                            .metadata(metadata)
                            .overrideConfiguration(counted()))
                    .uploadId();
            failed = false;
        }
        return uploadId;
    }

    private void sendPart(String id) throws IOException {
        int number = parts.size() + 1;
        if (number > MOST_PARTS) {
            failed = true;
            throw new FileTooLargeException("the file is longer than the "
                    + (MOST_PARTS * (long) partSize / (1 << 30))
                    + " GiB that fit into " + MOST_PARTS + " parts of " + (partSize >> 20)
                    + " MiB: ask for less, such as single types or a shorter period"
                    + (partSize < S3FileStore.PART
                            ? ", or give the worker more memory, which allows larger parts"
                            : ""));
        }
        try {
            send(id, number);
        } catch (SdkException refused) {
            failed = true;
            throw unlessDamaged(refused);
        }
        length += buffer.size();
        buffer.clear();
    }

    private void send(String id, int number) throws IOException {
        byte[] md5 = buffer.md5();
        UploadPartResponse answer = client.uploadPart(
                part -> part.bucket(bucket)
                        .key(key)
                        .uploadId(id)
                        .partNumber(number)
                        .contentLength((long) buffer.size())
                        .contentMD5(header(md5))
                        .overrideConfiguration(settings(buffer.size())),
                content());
        parts.add(CompletedPart.builder()
                .partNumber(number)
                .eTag(answer.eTag())
                .checksumCRC32(answer.checksumCRC32())
                .checksumCRC32C(answer.checksumCRC32C())
                .checksumCRC64NVME(answer.checksumCRC64NVME())
                .build());
        digests.add(md5);
        boolean digest = isDigest(answer.eTag(), md5);
        if (tagsAreDigests && !digest) {
            failed = true;
            throw damaged("received other bytes than were sent", null);
        }
        tagsAreDigests = digest;
        verified &= digest || isChecksum(answer.checksumCRC32());
    }

    // Without copying: the SDK reads the buffer during the call, once per attempt.
    private RequestBody content() {
        return RequestBody.fromContentProvider(buffer::content, buffer.size(), target.contentType());
    }

    private AwsRequestOverrideConfiguration settings(int bytes) {
        Duration attempt = ANSWER.plusSeconds(bytes / SLOWEST);
        return counted().toBuilder()
                .apiCallAttemptTimeout(attempt)
                .apiCallTimeout(attempt.multipliedBy(ATTEMPTS).plus(ANSWER))
                .build();
    }

    private AwsRequestOverrideConfiguration counted() {
        return AwsRequestOverrideConfiguration.builder()
                .putExecutionAttribute(UnansweredRequestCounter.COUNT, unanswered)
                .build();
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
