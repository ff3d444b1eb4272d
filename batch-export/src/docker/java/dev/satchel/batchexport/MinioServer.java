package dev.satchel.batchexport;

import java.net.URI;
import org.testcontainers.containers.MinIOContainer;

/** MinIO in a container; {@link java.util.ServiceLoader} finds it where the profile docker is active. */
public final class MinioServer implements S3Server {

    private final MinIOContainer minio = new MinIOContainer("minio/minio:RELEASE.2025-04-22T22-12-26Z");

    public MinioServer() {
        minio.start();
    }

    @Override
    public String kind() {
        return "MinIO (container)";
    }

    @Override
    public URI endpoint() {
        return URI.create(minio.getS3URL());
    }

    @Override
    public String accessKey() {
        return minio.getUserName();
    }

    @Override
    public String secretKey() {
        return minio.getPassword();
    }

    @Override
    public void close() {
        minio.stop();
    }
}
