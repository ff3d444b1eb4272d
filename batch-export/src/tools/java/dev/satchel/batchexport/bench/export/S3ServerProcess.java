package dev.satchel.batchexport.bench.export;

import dev.satchel.batchexport.TestS3;
import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.batchexport.store.s3.S3Options;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * The S3 server of the tests in a process of its own, so that its CPU time is not the client's. It ends with this process,
 * which holds its standard input.
 */
final class S3ServerProcess implements AutoCloseable {

    static final String BUCKET = "bench";

    private static final String ENDPOINT = "SATCHEL_S3_ENDPOINT";
    private static final String ACCESS_KEY = "AWS_ACCESS_KEY_ID";
    private static final String SECRET_KEY = "AWS_SECRET_ACCESS_KEY";
    private static final String REGION = "us-east-1";

    private final Process process;
    private final Map<String, String> environment;

    private S3ServerProcess(Process process, Map<String, String> environment) {
        this.process = process;
        this.environment = environment;
    }

    /** The server itself: prints how to reach it and runs until standard input ends. */
    public static void main(String[] args) throws IOException {
        try (TestS3 s3 = TestS3.start(Path.of(args[0]))) {
            s3.createBucket(BUCKET);
            System.out.println(ENDPOINT + "=" + s3.endpoint());
            System.out.println(ACCESS_KEY + "=" + s3.accessKey());
            System.out.println(SECRET_KEY + "=" + s3.secretKey());
            while (System.in.read() >= 0) {
                continue;
            }
        }
        System.exit(0);
    }

    /** @param directory that holds the objects */
    static S3ServerProcess start(Path directory) throws IOException {
        Process process = ChildJvm.of(S3ServerProcess.class, directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<String, String> environment = new TreeMap<>();
        environment.put("SATCHEL_STORE", "s3://" + BUCKET + "/exports");
        environment.put("AWS_REGION", REGION);
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        while (!environment.containsKey(SECRET_KEY)) {
            String line = out.readLine();
            if (line == null) {
                throw new IOException("the S3 server did not start");
            }
            int equals = line.indexOf('=');
            if (equals > 0) {
                environment.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return new S3ServerProcess(process, environment);
    }

    /** The settings under which Satchel stores its files there. */
    Map<String, String> environment() {
        return environment;
    }

    /** How Satchel reaches the server. */
    S3Connection connection() {
        S3Options options = new Binder(
                        new MapConfigurationPropertySource(Map.of("satchel.s3.endpoint", environment.get(ENDPOINT))))
                .bindOrCreate("satchel.s3", S3Options.class);
        return new S3Connection(
                options,
                REGION,
                StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(environment.get(ACCESS_KEY), environment.get(SECRET_KEY))));
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }
}
