package dev.satchel.batchexport.store.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Sends requests to a real S3 server, except those it was told to answer with 500 itself, and loses the answers it was
 * told to lose. It stands where the network is, so what the server keeps is real.
 */
final class FaultyHttpClient implements SdkHttpClient {

    enum Call {
        PUT,
        CREATE,
        PART,
        COMPLETE,
        ABORT,
        HEAD
    }

    private final SdkHttpClient network;
    private final Map<Call, SdkHttpRequest> last = new EnumMap<>(Call.class);
    private final Map<Call, Integer> counts = new EnumMap<>(Call.class);
    private final Map<Call, Integer> refused = new EnumMap<>(Call.class);
    private final Map<Call, Integer> unanswered = new EnumMap<>(Call.class);
    private volatile boolean capitals;

    FaultyHttpClient(SdkHttpClient network) {
        this.network = network;
    }

    /** Answers the next requests of that kind, that many of them, with 500 instead of sending them. */
    synchronized void fail(Call call, int times) {
        refused.put(call, times);
    }

    /** Sends the next requests of that kind, that many of them, and breaks the connection before the answer arrives. */
    synchronized void loseAnswer(Call call, int times) {
        unanswered.put(call, times);
    }

    /** Spells the names of headers in answers as servers and proxies in Go do: {@code X-Amz-Meta-Satchel-Upload}. */
    void capitalizeHeaders() {
        capitals = true;
    }

    /** Lets everything succeed again. */
    synchronized void recover() {
        refused.clear();
        unanswered.clear();
    }

    /** How many requests of that kind there were, retries included. */
    synchronized int count(Call call) {
        return counts.getOrDefault(call, 0);
    }

    /** The last request of that kind, as it was sent. */
    synchronized SdkHttpRequest last(Call call) {
        return last.get(call);
    }

    private synchronized void arrived(Call call) {
        counts.merge(call, 1, Integer::sum);
    }

    private synchronized boolean isNext(Map<Call, Integer> told, Call call) {
        int times = told.getOrDefault(call, 0);
        told.put(call, Math.max(0, times - 1));
        return times > 0;
    }

    private static Optional<Call> callOf(SdkHttpRequest request) {
        Map<String, ?> query = request.rawQueryParameters();
        return switch (request.method()) {
            case PUT -> Optional.of(query.containsKey("partNumber") ? Call.PART : Call.PUT);
            case POST -> Optional.of(query.containsKey("uploads") ? Call.CREATE : Call.COMPLETE);
            case DELETE -> query.containsKey("uploadId") ? Optional.of(Call.ABORT) : Optional.empty();
            case HEAD -> Optional.of(Call.HEAD);
            default -> Optional.empty();
        };
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        Optional<Call> call = callOf(request.httpRequest());
        ExecutableHttpRequest sent = network.prepareRequest(request);
        call.ifPresent(kind -> remember(kind, request.httpRequest()));
        return call.isEmpty() ? sent : new FaultyRequest(call.get(), sent);
    }

    private synchronized void remember(Call call, SdkHttpRequest request) {
        last.put(call, request);
    }

    @Override
    public void close() {
        network.close();
    }

    /** What {@link S3Connection} takes: the client, whoever asks for one. */
    Builder<?> builder() {
        return new Same();
    }

    private final class Same implements Builder<Same> {

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return FaultyHttpClient.this;
        }
    }

    private final class FaultyRequest implements ExecutableHttpRequest {

        private final Call call;
        private final ExecutableHttpRequest sent;

        FaultyRequest(Call call, ExecutableHttpRequest sent) {
            this.call = call;
            this.sent = sent;
        }

        @Override
        public HttpExecuteResponse call() throws IOException {
            arrived(call);
            if (isNext(refused, call)) {
                return HttpExecuteResponse.builder()
                        .response(SdkHttpResponse.builder().statusCode(500).build())
                        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(new byte[0])))
                        .build();
            }
            HttpExecuteResponse answer = sent.call();
            if (isNext(unanswered, call)) {
                sent.abort();
                throw new IOException("the connection was reset");
            }
            return capitals ? capitalized(answer) : answer;
        }

        private static HttpExecuteResponse capitalized(HttpExecuteResponse answer) {
            Map<String, List<String>> headers = new LinkedHashMap<>();
            answer.httpResponse()
                    .headers()
                    .forEach((name, values) -> headers.put(
                            Pattern.compile("\\b[a-z]")
                                    .matcher(name)
                                    .replaceAll(first -> first.group().toUpperCase(Locale.ROOT)),
                            values));
            return HttpExecuteResponse.builder()
                    .response(answer.httpResponse().toBuilder().headers(headers).build())
                    .responseBody(answer.responseBody().orElse(null))
                    .build();
        }

        @Override
        public void abort() {
            sent.abort();
        }
    }
}
