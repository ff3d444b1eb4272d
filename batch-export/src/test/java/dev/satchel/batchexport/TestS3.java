package dev.satchel.batchexport;

import dev.satchel.batchexport.store.S3Connection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * An S3 server in this process, for tests and the demo: S3Proxy on a free port of 127.0.0.1, with a directory behind it,
 * signatures checked, and credentials that exist nowhere else.
 */
public final class TestS3 implements AutoCloseable {

    private static final AtomicBoolean ANNOUNCED = new AtomicBoolean();

    private final S3Proxy server;
    private final URI endpoint;
    private final String accessKey;
    private final String secretKey;

    private TestS3(S3Proxy server, URI endpoint, String accessKey, String secretKey) {
        this.server = server;
        this.endpoint = endpoint;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
    }

    /** Starts a server that keeps its buckets in {@code directory}. */
    public static TestS3 start(Path directory) {
        String accessKey = "test-" + UUID.randomUUID();
        String secretKey = UUID.randomUUID().toString();
        try {
            Files.createDirectories(directory);
            S3Proxy server = S3Proxy.builder()
                    .blobStore(new FilesystemNio2BlobStore(directory.toString()))
                    .endpoint(URI.create("http://127.0.0.1:0"))
                    .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                    .ignoreUnknownHeaders(true)
                    .build();
            server.start();
            URI endpoint = URI.create("http://127.0.0.1:" + server.getPort());
            if (ANNOUNCED.compareAndSet(false, true)) {
                System.err.println("S3 in use: S3Proxy in this process, at " + endpoint + ", files in " + directory);
            }
            return new TestS3(server, endpoint, accessKey, secretKey);
        } catch (IOException failed) {
            throw new IllegalStateException("no S3 server could be started in " + directory, failed);
        } catch (Exception failed) {
            throw new IllegalStateException("the S3 server did not start", failed);
        }
    }

    public URI endpoint() {
        return endpoint;
    }

    public String accessKey() {
        return accessKey;
    }

    public String secretKey() {
        return secretKey;
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
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .credentialsProvider(credentials())
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    /** How the program reaches this server. */
    public S3Connection connection() {
        return new S3Connection(endpoint, "us-east-1", true, true, credentials());
    }

    private StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception failed) {
            throw new IllegalStateException("the S3 server did not stop", failed);
        }
    }
}
