package dev.satchel.batchexport;

import java.lang.reflect.Field;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.shaded.org.eclipse.jetty.server.Server;

/** S3Proxy in this process, which keeps each object as a file. */
final class ProxyServer implements S3Server {

    private final String accessKey = "test-" + UUID.randomUUID();
    private final String secretKey = UUID.randomUUID().toString();
    private final S3Proxy server;

    ProxyServer(Path directory) {
        try {
            Files.createDirectories(directory);
            server = S3Proxy.builder()
                    .blobStore(new FilesystemNio2BlobStore(directory.toString()))
                    .endpoint(URI.create("http://127.0.0.1:0"))
                    .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                    .ignoreUnknownHeaders(true)
                    .build();
            server.start();
        } catch (Exception failed) {
            throw new IllegalStateException("no S3 server could be started in " + directory, failed);
        }
    }

    @Override
    public String kind() {
        return "S3Proxy (embedded)";
    }

    @Override
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    @Override
    public String accessKey() {
        return accessKey;
    }

    @Override
    public String secretKey() {
        return secretKey;
    }

    @Override
    public void close() {
        try {
            // It would wait two seconds for connections that clients keep open, and tests stop it hundreds of times.
            Field jetty = S3Proxy.class.getDeclaredField("server");
            jetty.setAccessible(true);
            ((Server) jetty.get(server)).setStopTimeout(0);
            server.stop();
        } catch (Exception failed) {
            throw new IllegalStateException("the S3 server did not stop", failed);
        }
    }
}
