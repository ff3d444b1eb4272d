package dev.satchel.batchexport.store.s3;

import dev.satchel.batchexport.store.file.UploadObserver;
import dev.satchel.batchexport.store.s3.request.RequestAborts;
import dev.satchel.batchexport.store.s3.request.UnansweredRequestCounter;
import dev.satchel.store.DamagedFileException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * The requests of one upload to S3. Each writes only where the name is free, and is counted until
 * the store has answered it. The SDK repeats each by itself. Safe for use by many threads.
 */
final class UploadRequests {

    private static final String UPLOAD_ID = "satchel-upload";

    private final S3Client client;
    private final Target target;
    private final UploadObserver.Requests observed;
    private final String bucket;
    private final String key;
    private final boolean checksums;
    private final @Nullable String onlyIfFree;
    private final Map<String, String> metadata =
            Map.of(UPLOAD_ID, UUID.randomUUID().toString());
    private final AtomicInteger unanswered = new AtomicInteger();
    private final RequestAborts aborts = new RequestAborts();

    UploadRequests(S3Client client, S3Options options, Target target, UploadObserver.Requests observed) {
        this.client = client;
        this.target = target;
        this.observed = observed;
        this.bucket = target.address().name();
        this.key = target.key();
        this.checksums = options.checksums() == S3Options.Checksums.WHEN_SUPPORTED;
        this.onlyIfFree = options.conditionalWrites() ? "*" : null;
    }

    /** The object to write, and the headers for its download. */
    record Target(Bucket address, String key, String disposition, String contentType) {}

    /** Whether the store has answered every request that writes. */
    boolean areAnswered() {
        return unanswered.get() == 0;
    }

    /** Ends the requests that are under way, and refuses those that write from now on. */
    void abort() {
        aborts.abort();
    }

    boolean areAborted() {
        return aborts.isAborted();
    }

    PutObjectResponse put(PartBuffer content, byte[] md5) {
        return sending(() -> client.putObject(
                put -> put.bucket(bucket)
                        .key(key)
                        .ifNoneMatch(onlyIfFree)
                        .contentType(target.contentType())
                        .contentDisposition(target.disposition())
                        .contentMD5(header(md5))
                        .metadata(metadata)
                        .overrideConfiguration(counted()),
                body(content, aborts::isAborted)));
    }

    private <T> T sending(Supplier<T> request) {
        return observed.send(() -> aborts.sending(request));
    }

    /** Begins a multipart upload, and returns its id. */
    String create() {
        return aborts.sending(() -> client.createMultipartUpload(create -> create.bucket(bucket)
                        .key(key)
                        .contentType(target.contentType())
                        .contentDisposition(target.disposition())
                        .metadata(metadata)
                        .overrideConfiguration(counted()))
                .uploadId());
    }

    /**
     * Sends one part.
     *
     * @param givenUp once it returns true, the request ends as soon as it next reads its content
     */
    CompletedPart part(String id, int number, PartBuffer content, byte[] md5, BooleanSupplier givenUp) {
        UploadPartResponse answer = sending(() -> client.uploadPart(
                part -> part.bucket(bucket)
                        .key(key)
                        .uploadId(id)
                        .partNumber(number)
                        .contentLength((long) content.size())
                        .contentMD5(header(md5))
                        .overrideConfiguration(counted()),
                body(content, givenUp)));
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(answer.eTag())
                .checksumCRC32(answer.checksumCRC32())
                .checksumCRC32C(answer.checksumCRC32C())
                .checksumCRC64NVME(answer.checksumCRC64NVME())
                .build();
    }

    void complete(String id, List<CompletedPart> parts) {
        aborts.sending(() -> client.completeMultipartUpload(complete -> complete.bucket(bucket)
                .key(key)
                .uploadId(id)
                .ifNoneMatch(onlyIfFree)
                .multipartUpload(upload -> upload.parts(parts))
                .overrideConfiguration(counted())));
    }

    HeadObjectResponse head() {
        return client.headObject(head -> head.bucket(bucket).key(key));
    }

    InputStream get() {
        return new AnswerStream(
                aborts.sending(() -> client.getObject(get -> get.bucket(bucket).key(key))));
    }

    /** Whether the object is there and comes from this upload. Some services and proxies change the case of names. */
    boolean havePublished() {
        try {
            return head().metadata().entrySet().stream()
                    .anyMatch(entry -> entry.getKey().equalsIgnoreCase(UPLOAD_ID)
                            && entry.getValue().equals(metadata.get(UPLOAD_ID)));
        } catch (S3Exception missing) {
            if (missing.statusCode() == 404) {
                return false;
            }
            throw missing;
        }
    }

    DamagedFileException damaged(String what, @Nullable Exception cause) {
        return new DamagedFileException(
                "the store " + target.address() + " " + what + ": if it lasts, look for what changes data on the way,"
                        + " such as a proxy",
                cause);
    }

    /** Says that the file was damaged if the failure means that, and throws the failure itself if not. */
    IOException unlessDamaged(SdkException failure) {
        if (failure instanceof S3Exception refused && S3Error.of(refused).isDamage()) {
            return damaged("received other bytes than were sent (" + S3Failures.said(refused) + ")", refused);
        }
        throw failure;
    }

    // With the newer checksums the service verifies the content itself, and some services then refuse Content-MD5.
    private @Nullable String header(byte[] md5) {
        return checksums ? null : Base64.getEncoder().encodeToString(md5);
    }

    // Without copying: the SDK reads the buffer during the call, once per attempt.
    private RequestBody body(PartBuffer content, BooleanSupplier givenUp) {
        return RequestBody.fromContentProvider(() -> content.content(givenUp), content.size(), target.contentType());
    }

    private AwsRequestOverrideConfiguration counted() {
        return AwsRequestOverrideConfiguration.builder()
                .putExecutionAttribute(UnansweredRequestCounter.COUNT, unanswered)
                .build();
    }

    /**
     * The body of an answer. When it breaks off, it throws an exception of the SDK, as the SDK does for an answer that never
     * comes, so that both count as a store that is away.
     *
     * <p>Another thread may close it, which ends a reading at once. An answer that was not read to its end is given up with its
     * connection, which otherwise could only be closed after the thread that waits for bytes.
     */
    static final class AnswerStream extends FilterInputStream {

        private final ResponseInputStream<?> answer;
        private volatile boolean isAtEnd;

        AnswerStream(ResponseInputStream<?> answer) {
            super(answer);
            this.answer = answer;
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
                isAtEnd = read < 0;
                return read;
            } catch (IOException broken) {
                throw SdkClientException.create("the answer broke off: " + broken.getMessage(), broken);
            }
        }

        @Override
        public void close() throws IOException {
            if (isAtEnd) {
                in.close();
            } else {
                answer.abort();
            }
        }
    }
}
