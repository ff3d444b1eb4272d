package dev.satchel.batchexport.store;

import dev.satchel.export.FileStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Keeps files in an S3 bucket, under a prefix. The SDK's exceptions pass through as they are.
 *
 * <p>A file of one part is a single PUT; a longer one is a multipart upload that keeps one part in memory: 8 MiB for
 * the first 1,000 parts, and more for later ones, so that 10,000 parts hold the 5 TiB that an object may have. Both
 * publish with the condition that the name is free. Each object carries the id of the upload that wrote it, so that a
 * commit whose answer got lost is recognised instead of being repeated or given up.
 */
public final class S3FileStore implements FileStore, AutoCloseable {

    static final int PART = 8 * 1024 * 1024;
    static final int MOST_PARTS = 10_000;

    private static final int EQUAL_PARTS = 1_000;
    private static final int PARTS_PER_STEP = 60;
    private static final int FIRST_BUFFER = 64 * 1024;
    private static final String UPLOAD_ID = "satchel-upload";

    /** The slowest line on which an upload may still succeed, in bytes per second. */
    private static final int SLOWEST = 128 * 1024;

    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 3;

    private final S3Client client;
    private final S3Presigner presigner;
    private final String bucket;
    private final String keyPrefix;
    private final String location;
    private final @Nullable String onlyIfFree;

    S3FileStore(S3Client client, S3Presigner presigner, StoreAddress.Bucket address, boolean conditionalWrites) {
        this.client = client;
        this.presigner = presigner;
        this.bucket = address.name();
        this.keyPrefix = address.prefix().isEmpty() ? "" : address.prefix() + "/";
        this.location = address + "/";
        this.onlyIfFree = conditionalWrites ? "*" : null;
    }

    /** How many bytes the part of that number has, counted from 0, unless it is the last. */
    static int partSize(int part) {
        return PART * (1 + Math.max(0, part - EQUAL_PARTS) / PARTS_PER_STEP);
    }

    @Override
    public URI locate(String name) {
        return URI.create(location + new FileName(name).value());
    }

    @Override
    public Upload open(String name, String downloadName, String contentType) {
        return new S3Upload(keyPrefix + new FileName(name).value(), disposition(downloadName), contentType);
    }

    private static String disposition(String downloadName) {
        return "attachment; filename=\"" + downloadName.replaceAll("[^A-Za-z0-9._-]", "_") + "\"";
    }

    @Override
    public InputStream read(URI location) {
        String key = key(location);
        return client.getObject(get -> get.bucket(bucket).key(key));
    }

    // The unfinished uploads go first: one of them may be about to become the object.
    @Override
    public void delete(URI location) {
        String key = key(location);
        abortAll(key);
        deleteObject(key);
    }

    private void abortAll(String key) {
        client.listMultipartUploadsPaginator(list -> list.bucket(bucket).prefix(key)).uploads().stream()
                .filter(upload -> upload.key().equals(key))
                .map(MultipartUpload::uploadId)
                .forEach(uploadId -> abort(key, uploadId));
    }

    private void deleteObject(String key) {
        try {
            client.deleteObject(delete -> delete.bucket(bucket).key(key));
        } catch (NoSuchKeyException gone) {
            return;
        }
    }

    private void abort(String key, String uploadId) {
        try {
            client.abortMultipartUpload(abort -> abort.bucket(bucket).key(key).uploadId(uploadId));
        } catch (NoSuchUploadException gone) {
            return;
        }
    }

    /** A signed link; it also ends with the credentials that signed it. Whether the file is there is not checked. */
    @Override
    public URI link(URI location, Duration validity) {
        String key = key(location);
        Duration seconds = LinkValidity.checked(validity);
        try {
            return presigner
                    .presignGetObject(sign -> sign.signatureDuration(seconds)
                            .getObjectRequest(get -> get.bucket(bucket).key(key)))
                    .url()
                    .toURI();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("a signed link is a URI", impossible);
        }
    }

    private String key(URI location) {
        return keyPrefix + FileName.at(location, this.location).value();
    }

    @Override
    public void close() {
        presigner.close();
        client.close();
    }

    private final class S3Upload implements Upload {

        private final String key;
        private final String disposition;
        private final String contentType;
        private final Map<String, String> metadata;
        private final List<CompletedPart> parts = new ArrayList<>();
        private final OutputStream body = new Body();
        private byte[] buffer = new byte[FIRST_BUFFER];
        private int buffered;
        private @Nullable String uploadId;
        private boolean failed;
        private boolean publishing;
        private boolean ended;

        S3Upload(String key, String disposition, String contentType) {
            this.key = key;
            this.disposition = disposition;
            this.contentType = contentType;
            this.metadata = Map.of(UPLOAD_ID, UUID.randomUUID().toString());
        }

        @Override
        public OutputStream body() {
            return body;
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
            ended = true;
            buffer = new byte[0];
        }

        private void publish() {
            publishing = true;
            try {
                if (uploadId == null) {
                    put();
                } else {
                    complete(uploadId);
                }
            } catch (SdkException noAnswer) {
                if (!isPublished(noAnswer)) {
                    throw noAnswer;
                }
            }
        }

        private void put() {
            client.putObject(
                    put -> put.bucket(bucket)
                            .key(key)
                            .ifNoneMatch(onlyIfFree)
                            .contentType(contentType)
                            .contentDisposition(disposition)
                            .metadata(metadata)
                            .overrideConfiguration(timeouts(buffered)),
                    content());
        }

        private void complete(String id) {
            client.completeMultipartUpload(complete -> complete.bucket(bucket)
                    .key(key)
                    .uploadId(id)
                    .ifNoneMatch(onlyIfFree)
                    .multipartUpload(upload -> upload.parts(parts)));
        }

        // A commit whose first answer got lost is told, when it is repeated, that its upload is gone or the name taken.
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
                return metadata.equals(
                        client.headObject(head -> head.bucket(bucket).key(key)).metadata());
            } catch (S3Exception missing) {
                if (missing.statusCode() == 404) {
                    return false;
                }
                throw missing;
            }
        }

        @Override
        public void close() {
            if (ended) {
                return;
            }
            ended = true;
            buffer = new byte[0];
            if (uploadId != null) {
                abort(key, uploadId);
            } else if (failed) {
                // It may have begun all the same, under an id that never arrived here.
                abortAll(key);
            }
            if (publishing && isThisUploads()) {
                deleteObject(key);
            }
        }

        private void write(byte[] bytes, int offset, int length) throws IOException {
            if (ended || failed) {
                throw new IOException("the upload to " + key + (ended ? " has ended" : " has failed"));
            }
            int start = offset;
            int end = offset + length;
            while (start < end) {
                int size = partSize(parts.size());
                if (buffered == size) {
                    sendPart(begin());
                    continue;
                }
                int count = Math.min(end - start, size - buffered);
                makeRoom(buffered + count, size);
                System.arraycopy(bytes, start, buffer, buffered, count);
                buffered += count;
                start += count;
            }
        }

        // Most files are far smaller than a part, so the buffer grows with the file.
        private void makeRoom(int needed, int most) {
            if (needed > buffer.length) {
                long doubled = Math.max(2L * buffer.length, needed);
                buffer = Arrays.copyOf(buffer, (int) Math.min(doubled, most));
            }
        }

        private String begin() {
            if (uploadId == null) {
                failed = true;
                uploadId = client.createMultipartUpload(create -> create.bucket(bucket)
                                .key(key)
                                .contentType(contentType)
                                .contentDisposition(disposition)
                                .metadata(metadata))
                        .uploadId();
                failed = false;
            }
            return uploadId;
        }

        private void sendPart(String id) throws IOException {
            int number = parts.size() + 1;
            if (number > MOST_PARTS) {
                failed = true;
                throw new IOException("the file is longer than the 5 TiB that S3 takes");
            }
            try {
                UploadPartResponse answer = client.uploadPart(
                        part -> part.bucket(bucket)
                                .key(key)
                                .uploadId(id)
                                .partNumber(number)
                                .contentLength((long) buffered)
                                .overrideConfiguration(timeouts(buffered)),
                        content());
                parts.add(CompletedPart.builder()
                        .partNumber(number)
                        .eTag(answer.eTag())
                        .checksumCRC32(answer.checksumCRC32())
                        .checksumCRC32C(answer.checksumCRC32C())
                        .checksumCRC64NVME(answer.checksumCRC64NVME())
                        .build());
                buffered = 0;
            } catch (SdkException refused) {
                failed = true;
                throw refused;
            }
        }

        // Not a copy: the SDK reads the buffer during the call, again for each attempt.
        private RequestBody content() {
            byte[] bytes = buffer;
            int length = buffered;
            return RequestBody.fromContentProvider(
                    () -> new ByteArrayInputStream(bytes, 0, length), length, contentType);
        }

        private AwsRequestOverrideConfiguration timeouts(int bytes) {
            Duration attempt = ANSWER.plusSeconds(bytes / SLOWEST);
            return AwsRequestOverrideConfiguration.builder()
                    .apiCallAttemptTimeout(attempt)
                    .apiCallTimeout(attempt.multipliedBy(ATTEMPTS).plus(ANSWER))
                    .build();
        }

        private final class Body extends OutputStream {

            @Override
            public void write(int value) throws IOException {
                S3Upload.this.write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                S3Upload.this.write(bytes, offset, length);
            }
        }
    }
}
