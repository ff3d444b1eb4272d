package dev.satchel.batchexport.faults;

import dev.satchel.batchexport.faults.Gate.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.TreeSet;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Sends the requests of the AWS SDK to a real S3 server, and asks a {@link Gate} before each: also before those that the SDK
 * repeats by itself. What is refused is answered with 500.
 */
final class GatedHttpClient implements SdkHttpClient {

    private final SdkHttpClient network;
    private final Gate gate;

    /** @param network stays open */
    GatedHttpClient(SdkHttpClient network, Gate gate) {
        this.network = network;
        this.gate = gate;
    }

    /** What a client of the SDK is built with. */
    Builder<?> builder() {
        return new Same();
    }

    private final class Same implements Builder<Same> {

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return GatedHttpClient.this;
        }
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new GatedRequest(text(request.httpRequest()), network.prepareRequest(request));
    }

    /** Method, path and the names of the parameters, without ids. */
    private static String text(SdkHttpRequest request) {
        String names =
                String.join("&", new TreeSet<>(request.rawQueryParameters().keySet()));
        return request.method() + " " + Gate.withoutIds(request.encodedPath()) + (names.isEmpty() ? "" : "?" + names);
    }

    @Override
    public void close() {
        // The network is shared.
    }

    private final class GatedRequest implements ExecutableHttpRequest {

        private final String text;
        private final ExecutableHttpRequest sent;

        GatedRequest(String text, ExecutableHttpRequest sent) {
            this.text = text;
            this.sent = sent;
        }

        @Override
        public HttpExecuteResponse call() throws IOException {
            switch (gate.arrive(Kind.S3, text, true)) {
                case PASS:
                    return sent.call();
                case FAIL, STILL_FAILING:
                    return HttpExecuteResponse.builder()
                            .response(SdkHttpResponse.builder().statusCode(500).build())
                            .responseBody(AbortableInputStream.create(new ByteArrayInputStream(new byte[0])))
                            .build();
                case LOSE_ANSWER:
                    execute();
                    throw new IOException("the connection was reset");
                case DIE_AFTERWARDS:
                    execute();
                    gate.kill();
                    throw new IOException("the process is dead");
                case ARRIVE_LATE:
                    try {
                        execute();
                    } finally {
                        gate.arrived();
                    }
                    throw new IOException("the process is dead");
                default:
                    throw new IOException("the process is dead");
            }
        }

        private void execute() throws IOException {
            AbortableInputStream body = sent.call().responseBody().orElse(null);
            if (body != null) {
                body.transferTo(OutputStream.nullOutputStream());
                body.close();
            }
        }

        @Override
        public void abort() {
            sent.abort();
        }
    }
}
