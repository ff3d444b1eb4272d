package dev.satchel.peers;

import com.zaxxer.hikari.HikariDataSource;
import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** What the environment says. */
final class Settings {

    private Settings() {}

    /** The worker, the same after a restart. */
    static String worker() {
        return variable("PEER_WORKER");
    }

    /** After which a silent worker is to be taken for dead. */
    static Duration lease() {
        return Duration.ofSeconds(Long.parseLong(variable("PEER_LEASE_SECONDS")));
    }

    static String jdbcUrl() {
        return variable("PEER_JDBC_URL");
    }

    static String user() {
        return variable("PEER_DB_USER");
    }

    static String password() {
        return variable("PEER_DB_PASSWORD");
    }

    static String bucket() {
        return variable("PEER_BUCKET");
    }

    static HikariDataSource database() {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(jdbcUrl());
        pool.setUsername(user());
        pool.setPassword(password());
        pool.addDataSourceProperty("ApplicationName", variable("PEER_NAME"));
        pool.setMaximumPoolSize(6);
        return pool;
    }

    static S3Client s3() {
        return S3Client.builder()
                .region(Region.of(variable("AWS_REGION")))
                .endpointOverride(URI.create(variable("PEER_S3_ENDPOINT")))
                .forcePathStyle(true)
                .credentialsProvider(EnvironmentVariableCredentialsProvider.create())
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    private static String variable(String name) {
        String value = System.getenv(name);
        if (value == null) {
            throw new IllegalStateException(name + " is not set");
        }
        return value;
    }
}
