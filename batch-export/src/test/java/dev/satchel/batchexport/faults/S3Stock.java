package dev.satchel.batchexport.faults;

import dev.satchel.batchexport.TestS3;
import dev.satchel.batchexport.store.s3.Bucket;
import dev.satchel.batchexport.store.s3.PartMemory;
import dev.satchel.batchexport.store.s3.S3FileStore;
import dev.satchel.store.FileStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** A bucket of an S3 server in this process. */
final class S3Stock implements Stock {

    private static final Bucket BUCKET = new Bucket("satchel-faults", "exports");

    private static final String ROOT = "s3://" + BUCKET.name() + "/";

    private final TestS3 server;
    private final S3Client client;
    private final SdkHttpClient network = UrlConnectionHttpClient.create();

    S3Stock(Path folder) {
        this.server = TestS3.start(folder);
        this.client = server.client();
        server.createBucket(BUCKET.name());
    }

    /** What a log must not hold. */
    String secretKey() {
        return server.secretKey();
    }

    @Override
    public String name() {
        return "s3";
    }

    @Override
    public List<Gate.Kind> kinds() {
        return List.of(Gate.Kind.S3);
    }

    /** The shortest that may be set: the record of an object stays for as long as a request may be under way. */
    @Override
    public Duration grace() {
        return Duration.ofMinutes(2);
    }

    /** More than one part of 5 MiB, the minimum of S3. */
    @Override
    public int largest() {
        return 5_300_000;
    }

    @Override
    public Access open(Gate gate) {
        S3Client gated = server.connection().client(new GatedHttpClient(network, gate).builder());
        // Parts of 5 MiB, one at a time, so that their order is the same in each run.
        S3FileStore store = new S3FileStore(gated, server.connection(), BUCKET, PartMemory.of(64 << 20, 1));
        return new Access() {
            @Override
            public FileStore store() {
                return store;
            }

            @Override
            public void close() {
                store.close();
            }
        };
    }

    @Override
    public SortedMap<String, Long> sizes() {
        SortedMap<String, Long> sizes = new TreeMap<>();
        client.listObjectsV2(list -> list.bucket(BUCKET.name())).contents().stream()
                .filter(object -> !object.key().contains("/satchel-store-"))
                .forEach(object -> sizes.put(ROOT + object.key(), object.size()));
        return sizes;
    }

    @Override
    public byte[] read(String location) {
        return client.getObjectAsBytes(get -> get.bucket(BUCKET.name()).key(location.substring(ROOT.length())))
                .asByteArrayUnsafe();
    }

    @Override
    public List<String> unfinished() {
        return client.listMultipartUploads(list -> list.bucket(BUCKET.name())).uploads().stream()
                .map(upload -> upload.key())
                .toList();
    }

    @Override
    public void clear() {
        client.listMultipartUploads(list -> list.bucket(BUCKET.name()))
                .uploads()
                .forEach(upload -> client.abortMultipartUpload(
                        abort -> abort.bucket(BUCKET.name()).key(upload.key()).uploadId(upload.uploadId())));
        client.listObjectsV2(list -> list.bucket(BUCKET.name()))
                .contents()
                .forEach(object -> client.deleteObject(
                        delete -> delete.bucket(BUCKET.name()).key(object.key())));
    }

    @Override
    public void close() {
        client.close();
        network.close();
        server.close();
    }
}
