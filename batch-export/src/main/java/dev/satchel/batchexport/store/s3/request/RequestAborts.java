package dev.satchel.batchexport.store.s3.request;

import java.io.FilterInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.http.Abortable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Ends the requests of one upload from another thread, also those that wait for an answer: their connections are
 * closed, and the SDK does not repeat them. Safe for use by many threads.
 *
 * <p>The SDK has no way to end a request of its blocking client. But it executes one on the thread that asks for it, so
 * that the HTTP client {@linkplain #client made here} knows by the thread whose request it is.
 */
public final class RequestAborts {

    private static final ThreadLocal<RequestAborts> OF_THIS_THREAD = new ThreadLocal<>();

    private static final int REPETITIONS = 100;
    private static final int PAUSE_MILLIS = 100;

    private final Set<Runnable> underWay = new HashSet<>();
    private boolean aborted;

    /** Executes a request that {@link #abort} ends. */
    public <T> T sending(Supplier<T> request) {
        OF_THIS_THREAD.set(this);
        try {
            return request.get();
        } finally {
            OF_THIS_THREAD.remove();
        }
    }

    /** Ends what is under way, and what begins later, with an {@link AbortedException}. */
    public void abort() {
        boolean first;
        synchronized (this) {
            first = !aborted;
            aborted = true;
        }
        if (endUnderWay() && first) {
            Thread again = new Thread(this::endAgain, "satchel-abort");
            again.setDaemon(true);
            again.start();
        }
    }

    /** Closes the connections of all requests under way; returns whether there are any. */
    private boolean endUnderWay() {
        List<Runnable> ending;
        synchronized (this) {
            ending = List.copyOf(underWay);
        }
        ending.forEach(RequestAborts::run);
        return !ending.isEmpty();
    }

    // A connection that is being opened cannot be closed yet. Once it is open, its request waits up to five seconds for
    // the store's leave to send the body.
    private void endAgain() {
        try {
            for (int time = 0; time < REPETITIONS; time++) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                if (!endUnderWay()) {
                    return;
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    // A connection that cannot be closed must not keep the others open.
    private static void run(Runnable end) {
        try {
            end.run();
        } catch (RuntimeException unclosed) {
            return;
        }
    }

    /** Whether {@link #abort} was called. */
    public synchronized boolean isAborted() {
        return aborted;
    }

    private synchronized void begin(Runnable end) {
        throwIfAborted(null);
        underWay.add(end);
    }

    private synchronized void ended(Runnable end) {
        underWay.remove(end);
    }

    private synchronized void throwIfAborted(@Nullable Throwable cause) {
        if (aborted) {
            throw AbortedException.create("the upload was given up", cause);
        }
    }

    /** A client like that one, whose requests can be aborted where an upload sends them. */
    public static SdkHttpClient.Builder<?> client(SdkHttpClient.Builder<?> http) {
        return new ClientBuilder(http);
    }

    /** The body of an answer: a request ends when its body is closed, because S3 may take long to send it. */
    private static final class Body extends FilterInputStream implements Abortable {

        private final AbortableInputStream body;
        private final RequestAborts aborts;
        private final Runnable end;

        Body(AbortableInputStream body, RequestAborts aborts, Runnable end) {
            super(body);
            this.body = body;
            this.aborts = aborts;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            byte[] next = new byte[1];
            return read(next, 0, 1) < 0 ? -1 : next[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            aborts.throwIfAborted(null);
            try {
                return in.read(bytes, offset, length);
            } catch (IOException failed) {
                aborts.throwIfAborted(failed);
                throw failed;
            }
        }

        @Override
        public void abort() {
            aborts.ended(end);
            body.abort();
        }

        // What was aborted would be read to its end, so that its connection serves another request.
        @Override
        public void close() throws IOException {
            aborts.ended(end);
            if (aborts.isAborted()) {
                body.abort();
            } else {
                body.close();
            }
        }
    }

    private record ClientBuilder(SdkHttpClient.Builder<?> http) implements SdkHttpClient.Builder<ClientBuilder> {

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return new Client(http.buildWithDefaults(defaults));
        }
    }

    private record Client(SdkHttpClient http) implements SdkHttpClient {

        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            ExecutableHttpRequest prepared = http.prepareRequest(request);
            RequestAborts aborts = OF_THIS_THREAD.get();
            return aborts == null ? prepared : new Request(prepared, aborts);
        }

        @Override
        public String clientName() {
            return http.clientName();
        }

        @Override
        public void close() {
            http.close();
        }
    }

    private record Request(ExecutableHttpRequest request, RequestAborts aborts) implements ExecutableHttpRequest {

        @Override
        public HttpExecuteResponse call() throws IOException {
            Runnable end = request::abort;
            aborts.begin(end);
            boolean hasBody = false;
            try {
                HttpExecuteResponse response = request.call();
                hasBody = response.responseBody().isPresent();
                return hasBody ? withAborts(response, end) : response;
            } catch (IOException | RuntimeException failed) {
                aborts.throwIfAborted(failed);
                throw failed;
            } finally {
                if (!hasBody) {
                    aborts.ended(end);
                }
            }
        }

        private HttpExecuteResponse withAborts(HttpExecuteResponse response, Runnable end) {
            HttpExecuteResponse.Builder answer = HttpExecuteResponse.builder().response(response.httpResponse());
            response.responseBody()
                    .ifPresent(body -> answer.responseBody(AbortableInputStream.create(new Body(body, aborts, end))));
            return answer.build();
        }

        @Override
        public void abort() {
            request.abort();
        }
    }
}
