package dev.satchel.batchexport.store.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Sends requests through another client, and gives up a request for which the store is silent: neither takes a byte of
 * the body nor answers for as long as {@link IdleTimeouts} says. A slow request goes on as long as it makes progress.
 *
 * <p>The time limits of sockets do not suffice. They do not apply to writing, so that a body that the store does not take
 * would block until TCP gives up, after a quarter of an hour or never. Closing a TLS connection waits for the thread that writes to
 * it. So each request runs in a thread of its own, which is left behind when it is stuck or aborted: it gets no further
 * byte of the body, and ends with its connection. The thread that waits for the answer, or reads it, is woken at once.
 */
public final class IdleTimeoutHttpClient implements SdkHttpClient {

    /** How often a request is looked at. */
    private static final int LOOKS = 20;

    private static final AtomicInteger THREADS = new AtomicInteger();

    private final SdkHttpClient client;
    private final StoreSilence silence;
    private final ExecutorService threads = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            1,
            TimeUnit.MINUTES,
            new SynchronousQueue<>(),
            IdleTimeoutHttpClient::thread,
            // After the client was closed, a request that is under way still has a connection to end.
            (task, closed) -> thread(task).start());

    private IdleTimeoutHttpClient(SdkHttpClient client, IdleTimeouts timeouts) {
        this.client = client;
        this.silence = new StoreSilence(timeouts);
    }

    private static Thread thread(Runnable request) {
        Thread thread = new Thread(request, "s3-request-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** Builds the client over one that {@code network} builds. */
    public static SdkHttpClient.Builder<?> over(SdkHttpClient.Builder<?> network, IdleTimeouts timeouts) {
        return new Builder(network, timeouts);
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new Attempt(request);
    }

    @Override
    public String clientName() {
        return client.clientName();
    }

    @Override
    public void close() {
        threads.shutdown();
        client.close();
    }

    private record Builder(SdkHttpClient.Builder<?> network, IdleTimeouts timeouts)
            implements SdkHttpClient.Builder<Builder> {

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return new IdleTimeoutHttpClient(network.buildWithDefaults(defaults), timeouts);
        }
    }

    /** One request on its way. */
    private final class Attempt implements ExecutableHttpRequest {

        private final ExecutableHttpRequest request;
        private final Object turn = new Object();
        private final Duration limit = silence.limit();
        private volatile long movedAt = System.nanoTime();
        private final CompletableFuture<HttpExecuteResponse> answer = new CompletableFuture<>();
        private volatile @Nullable AnswerBody body;
        private boolean leftBehind;

        Attempt(HttpExecuteRequest asked) {
            HttpExecuteRequest.Builder watched = HttpExecuteRequest.builder().request(asked.httpRequest());
            asked.metricCollector().ifPresent(watched::metricCollector);
            asked.contentStreamProvider().ifPresent(body -> watched.contentStreamProvider(watched(body)));
            this.request = client.prepareRequest(watched.build());
        }

        private ContentStreamProvider watched(ContentStreamProvider body) {
            return () -> new Body(body.newStream());
        }

        @Override
        public HttpExecuteResponse call() throws IOException {
            threads.execute(this::send);
            while (true) {
                try {
                    HttpExecuteResponse response = answer.get(limit.toMillis() / LOOKS + 1, TimeUnit.MILLISECONDS);
                    silence.ended();
                    return response;
                } catch (TimeoutException notYet) {
                    if (System.nanoTime() - movedAt > limit.toNanos() && leaveBehind()) {
                        throw silent(null);
                    }
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    leaveBehind();
                    throw new InterruptedIOException("interrupted while the store was asked");
                } catch (ExecutionException failed) {
                    if (failed.getCause() instanceof IOException end && endsSilence(end)) {
                        throw silent(end);
                    }
                    throw Failures.thrown(failed);
                }
            }
        }

        private void send() {
            if (answer.isDone()) {
                return;
            }
            try {
                HttpExecuteResponse response = request.call();
                // An answer that comes too late has no reader, and its connection would stay open.
                if (!answer.complete(readInOtherThreads(response))) {
                    request.abort();
                }
            } catch (IOException | RuntimeException | Error failed) {
                answer.completeExceptionally(failed);
            }
        }

        private HttpExecuteResponse readInOtherThreads(HttpExecuteResponse response) {
            HttpExecuteResponse.Builder watched = HttpExecuteResponse.builder().response(response.httpResponse());
            response.responseBody().ifPresent(in -> {
                AnswerBody content = new AnswerBody(in, threads, this::endConnection);
                body = content;
                watched.responseBody(AbortableInputStream.create(content));
            });
            return watched.build();
        }

        // The store, or what is before it, may have a time limit of its own, and end the connection just before we do.
        private boolean endsSilence(IOException end) {
            return end instanceof SocketTimeoutException || silence.isSilence(System.nanoTime() - movedAt);
        }

        /** A failure that the SDK repeats, unless the silence has been long. */
        private IOException silent(@Nullable IOException end) {
            silence.noticed(movedAt);
            String message = end == null
                    ? "the store neither took a byte nor answered for " + limit.toMillis() / 1000.0 + " s"
                    : "the store did not answer: " + end.getMessage();
            if (silence.isLong()) {
                // Without a cause, which would tell the SDK to repeat it.
                throw SdkClientException.create(message);
            }
            SocketTimeoutException silent = new SocketTimeoutException(message);
            if (end != null) {
                silent.initCause(end);
            }
            return silent;
        }

        /** Wakes the thread that waits for the answer, unless there is one; returns whether there was none. */
        private boolean leaveBehind() {
            boolean first = answer.completeExceptionally(Failures.givenUp());
            synchronized (turn) {
                leftBehind = true;
            }
            endConnection();
            return first;
        }

        // Closing the connection may block, too.
        private void endConnection() {
            threads.execute(request::abort);
        }

        @Override
        public void abort() {
            leaveBehind();
            AnswerBody content = body;
            if (content != null) {
                content.abort();
            }
        }

        /** The body, which is read as fast as the store takes it. */
        private final class Body extends FilterInputStream {

            Body(InputStream in) {
                super(in);
            }

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            // The buffer behind it may hold another part by the time the store takes bytes again.
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                synchronized (turn) {
                    if (leftBehind) {
                        throw Failures.givenUp();
                    }
                    movedAt = System.nanoTime();
                    return in.read(bytes, offset, length);
                }
            }

            @Override
            public boolean markSupported() {
                return false;
            }
        }
    }
}
