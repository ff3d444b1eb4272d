package dev.satchel.batchexport.store.s3;

import dev.satchel.batchexport.store.file.FileName;
import dev.satchel.batchexport.store.file.LinkValidity;
import dev.satchel.batchexport.store.file.UploadObserver;
import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Keeps files in an S3 bucket under a prefix. Exceptions of the AWS SDK pass through unchanged. Safe for use by many
 * threads.
 *
 * <p>An {@link S3Upload} writes one file, several parts of which may be under way at once, each in a thread of the
 * store. {@link #delete} removes what all uploads of the same name left.
 */
public final class S3FileStore implements FileStore, AutoCloseable {

    // S3 refuses a request that was signed more than 15 minutes ago by its clock. The SDK signs by the service's clock
    // with a deviation of up to 15 minutes, and gives an attempt up that takes longer than 20 minutes.
    private static final Duration REQUEST_LIFETIME = Duration.ofHours(1);

    private static final AtomicInteger THREADS = new AtomicInteger();

    private final S3Client client;
    private final S3Connection connection;
    private final Bucket address;
    private final String bucket;
    private final String keyPrefix;
    private final URI root;
    private final PartMemory memory;
    private final ExecutorService threads = Executors.newCachedThreadPool(S3FileStore::thread);
    private volatile UploadObserver observer = UploadObserver.NONE;

    public S3FileStore(S3Client client, S3Connection connection, Bucket address, PartMemory memory) {
        this.client = client;
        this.connection = connection;
        this.address = address;
        this.bucket = address.name();
        this.keyPrefix = address.prefix().isEmpty() ? "" : address.prefix() + "/";
        this.root = URI.create(address + "/");
        this.memory = memory;
    }

    // They never keep the program from ending. How many there are follows from the memory for parts.
    private static Thread thread(Runnable part) {
        Thread thread = new Thread(part, "s3-part-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** Sets who is told of the requests of uploads that begin from now on. */
    public void observe(UploadObserver observer) {
        this.observer = observer;
    }

    @Override
    public URI root() {
        return root;
    }

    @Override
    public String address() {
        return client.utilities()
                .getUrl(url -> url.bucket(bucket).key(keyPrefix + "."))
                .toString()
                .replaceFirst("\\.$", "");
    }

    /** One hour: longer than the validity of a signature, the clock deviation and the sending time together. */
    @Override
    public Duration requestLifetime() {
        return REQUEST_LIFETIME;
    }

    @Override
    public URI locate(String name) {
        return URI.create(root + new FileName(name).value());
    }

    /** Begins an upload like any other: S3 has no files that are less durable. */
    @Override
    public Upload openScratch(String name) {
        return open(name, "part", "application/octet-stream");
    }

    @Override
    public Upload open(String name, String downloadName, String contentType) {
        String key = keyPrefix + new FileName(name).value();
        UploadRequests requests = new UploadRequests(
                client,
                connection.options(),
                new UploadRequests.Target(
                        address,
                        key,
                        "attachment; filename=\"" + downloadName.replaceAll("[^A-Za-z0-9._-]", "_") + "\"",
                        contentType),
                observer.begins());
        boolean readBack = connection.options().readBack() == S3Options.ReadBack.ALWAYS;
        return new S3Upload(this, requests, key, readBack, memory, threads);
    }

    @Override
    public InputStream read(URI location) throws IOException {
        String key = key(location);
        try {
            return new UploadRequests.AnswerStream(
                    client.getObject(get -> get.bucket(bucket).key(key)));
        } catch (S3Exception refused) {
            throw missing(refused, location);
        }
    }

    // Unfinished uploads are aborted first, because one of them may be about to become the object. The object is
    // deleted even if that fails. A service that cannot list uploads does not keep unfinished ones for long.
    @Override
    public void delete(URI location) {
        String key = key(location);
        try {
            abortAll(key);
        } finally {
            deleteObject(key);
        }
    }

    /** Aborts every unfinished upload of that key, if the service can list uploads. */
    void abortAll(String key) {
        try {
            client.listMultipartUploadsPaginator(list -> list.bucket(bucket).prefix(key)).uploads().stream()
                    .filter(upload -> upload.key().equals(key))
                    .map(MultipartUpload::uploadId)
                    .forEach(uploadId -> abort(key, uploadId));
        } catch (S3Exception refused) {
            if (S3Error.of(refused) != S3Error.UNSUPPORTED) {
                throw refused;
            }
        }
    }

    void deleteObject(String key) {
        try {
            client.deleteObject(delete -> delete.bucket(bucket).key(key));
        } catch (NoSuchKeyException gone) {
            return;
        }
    }

    void abort(String key, String uploadId) {
        try {
            client.abortMultipartUpload(abort -> abort.bucket(bucket).key(key).uploadId(uploadId));
        } catch (NoSuchUploadException gone) {
            return;
        }
    }

    /**
     * A presigned link for the public endpoint, dated by the service's clock. It also expires with the credentials
     * that signed it.
     *
     * @throws MissingFileException if there is no such file
     */
    @Override
    public URI link(URI location, Duration validity) throws IOException {
        String key = key(location);
        Duration seconds = LinkValidity.checked(validity);
        try {
            HeadObjectResponse head =
                    client.headObject(request -> request.bucket(bucket).key(key));
            return new S3Link(connection).sign(bucket, key, time(head), seconds);
        } catch (S3Exception refused) {
            throw missing(refused, location);
        }
    }

    private static Instant time(SdkResponse answer) {
        String date = answer.sdkHttpResponse().firstMatchingHeader("Date").orElse("");
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeParseException none) {
            return Instant.now();
        }
    }

    // Answers to HEAD have no code, and some services return none for GET either.
    private static MissingFileException missing(S3Exception refused, URI location) {
        if (refused.statusCode() == 404 && S3Error.of(refused) != S3Error.MISSING) {
            return new MissingFileException(location, refused);
        }
        throw refused;
    }

    private String key(URI location) {
        return keyPrefix + FileName.at(location, root.toString()).value();
    }

    /** Closes the client and ends the threads; no upload may be open. */
    @Override
    public void close() {
        threads.shutdown();
        client.close();
    }
}
