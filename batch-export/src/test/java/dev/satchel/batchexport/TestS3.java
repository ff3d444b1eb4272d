package dev.satchel.batchexport;

import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.batchexport.store.s3.S3Options;
import java.net.URI;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * An S3 server for tests and the demo: S3Proxy in this process, on a free port of 127.0.0.1, with a directory behind it,
 * signatures checked, and credentials that exist nowhere else. Where the system property {@code satchel.test.s3} is
 * {@code docker}, it is MinIO in a container.
 */
public final class TestS3 implements AutoCloseable {

    private static final AtomicBoolean ANNOUNCED = new AtomicBoolean();

    private final S3Server server;

    private TestS3(S3Server server) {
        this.server = server;
        if (ANNOUNCED.compareAndSet(false, true)) {
            System.out.println("Tests run against S3: " + server.kind() + " at " + server.endpoint());
        }
    }

    /** Starts a server; the one in this process keeps its buckets in {@code directory}. */
    public static TestS3 start(Path directory) {
        return new TestS3(
                "docker".equals(System.getProperty("satchel.test.s3"))
                        ? ServiceLoader.load(S3Server.class).findFirst().orElseThrow()
                        : new ProxyServer(directory));
    }

    public URI endpoint() {
        return server.endpoint();
    }

    public String accessKey() {
        return server.accessKey();
    }

    public String secretKey() {
        return server.secretKey();
    }

    public void createBucket(String name) {
        try (S3Client client = client()) {
            client.createBucket(create -> create.bucket(name));
        }
    }

    /** A plain client, independent of the one under test. The caller closes it. */
    public S3Client client() {
        return S3Client.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(endpoint())
                .forcePathStyle(true)
                .credentialsProvider(credentials())
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    /** How the program reaches this server. */
    public S3Connection connection() {
        return new S3Connection(
                new S3Options(
                        endpoint().toString(),
                        null,
                        true,
                        S3Options.Checksums.WHEN_SUPPORTED,
                        S3Options.ReadBack.WHEN_NEEDED,
                        true,
                        4),
                "us-east-1",
                credentials());
    }

    private StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey(), secretKey()));
    }

    @Override
    public void close() {
        server.close();
    }
}
