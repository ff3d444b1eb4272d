package dev.satchel.batchexport.bench.survival;

import dev.satchel.batchexport.TestS3;
import dev.satchel.judge.Listing;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Where files go: an S3 server of this process, or a directory. */
public final class Store implements AutoCloseable {

    static final String BUCKET = "survival";

    private final Map<String, String> environment = new TreeMap<>();
    private final Listing listing;
    private final List<AutoCloseable> servers;

    private Store(Listing listing, List<AutoCloseable> servers) {
        this.listing = listing;
        this.servers = servers;
    }

    /** A server that keeps its objects in that folder. */
    public static Store s3(Path folder) {
        TestS3 s3 = TestS3.start(folder);
        s3.createBucket(BUCKET);
        S3Client client = s3.client();
        Store store = new Store(new Bucket(client), List.of(client, s3));
        store.environment.put("SATCHEL_STORE", "s3://" + BUCKET + "/exports");
        store.environment.put("SATCHEL_S3_ENDPOINT", s3.endpoint().toString());
        store.environment.put("AWS_ACCESS_KEY_ID", s3.accessKey());
        store.environment.put("AWS_SECRET_ACCESS_KEY", s3.secretKey());
        store.environment.put("AWS_REGION", "us-east-1");
        return store;
    }

    /** That folder, which is made. */
    public static Store directory(Path folder) throws IOException {
        Path real = Files.createDirectories(folder).toRealPath();
        Store store = new Store(Listing.of(real), List.of());
        store.environment.put("SATCHEL_STORE", "file://" + real);
        return store;
    }

    /** The settings under which Satchel uses it; other systems take what they need from the same names. */
    public Map<String, String> environment() {
        return new TreeMap<>(environment);
    }

    Optional<URI> endpoint() {
        return Optional.ofNullable(environment.get("SATCHEL_S3_ENDPOINT")).map(URI::create);
    }

    /** All objects and unfinished uploads, but for the mark by which a database of Satchel's knows its store. */
    Listing listing() {
        return new Listing() {
            @Override
            public List<Entry> entries() throws IOException {
                return listing.entries().stream()
                        .filter(entry -> !entry.object().contains("satchel-store-"))
                        .toList();
            }

            @Override
            public Optional<byte[]> read(String object) throws IOException {
                return listing.read(object);
            }
        };
    }

    @Override
    public void close() throws IOException {
        for (AutoCloseable server : servers) {
            try {
                server.close();
            } catch (Exception failed) {
                throw new IOException("a server did not stop", failed);
            }
        }
    }

    private record Bucket(S3Client client) implements Listing {

        private static final String ROOT = "s3://" + BUCKET + "/";
        private static final String UPLOAD = "unfinished upload of ";

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            client.listObjectsV2Paginator(request -> request.bucket(BUCKET)).contents().stream()
                    .map(object -> new Entry(ROOT + object.key(), object.lastModified(), object.eTag()))
                    .forEach(entries::add);
            client.listMultipartUploads(request -> request.bucket(BUCKET)).uploads().stream()
                    .map(upload -> new Entry(UPLOAD + upload.key(), upload.initiated(), upload.uploadId()))
                    .forEach(entries::add);
            return entries;
        }

        @Override
        public Optional<byte[]> read(String object) {
            if (object.startsWith(UPLOAD)) {
                return Optional.empty();
            }
            try {
                return Optional.of(client.getObjectAsBytes(
                                request -> request.bucket(BUCKET).key(object.substring(ROOT.length())))
                        .asByteArray());
            } catch (NoSuchKeyException disappeared) {
                return Optional.empty();
            }
        }
    }
}
