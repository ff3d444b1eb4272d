package dev.satchel.batchexport.store.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Sends requests through another client, and gives up a request for which the store is silent: neither takes a byte of
 * the body nor answers for as long as {@link Patience} says. A slow request that makes progress may take any time.
 *
 * <p>The time limits of sockets do not suffice. They do not apply to writing, so that a body that the store does not take
 * would block until TCP gives up, after a quarter of an hour or never. Closing a TLS connection waits for the thread that writes to
 * it. So each request runs in a thread of its own, which is left behind when it is stuck: it gets no further byte of the
 * body, and ends with its connection.
 */
public final class ImpatientHttpClient implements SdkHttpClient {

    /** How often a request is looked at. */
    private static final int LOOKS = 20;

    private static final AtomicInteger THREADS = new AtomicInteger();

    private final SdkHttpClient client;
    private final StoreSilence silence;
    private final ExecutorService threads = Executors.newCachedThreadPool(ImpatientHttpClient::thread);

    private ImpatientHttpClient(SdkHttpClient client, Patience patience) {
        this.client = client;
        this.silence = new StoreSilence(patience);
    }

    private static Thread thread(Runnable request) {
        Thread thread = new Thread(request, "s3-request-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** Builds the client over one that {@code network} builds. */
    public static SdkHttpClient.Builder<?> over(SdkHttpClient.Builder<?> network, Patience patience) {
        return new Builder(network, patience);
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

    private record Builder(SdkHttpClient.Builder<?> network, Patience patience)
            implements SdkHttpClient.Builder<Builder> {

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return new ImpatientHttpClient(network.buildWithDefaults(defaults), patience);
        }
    }

    /** One request on its way. */
    private final class Attempt implements ExecutableHttpRequest {

        private final ExecutableHttpRequest request;
        private final Object turn = new Object();
        private final Duration limit = silence.limit();
        private volatile long movedAt = System.nanoTime();
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
            Future<HttpExecuteResponse> answer = threads.submit(request);
            while (true) {
                try {
                    HttpExecuteResponse response = answer.get(limit.toMillis() / LOOKS + 1, TimeUnit.MILLISECONDS);
                    silence.ended();
                    return response;
                } catch (TimeoutException notYet) {
                    if (System.nanoTime() - movedAt > limit.toNanos()) {
                        leaveBehind();
                        throw silent(null);
                    }
                } catch (InterruptedException interrupted) {
                    leaveBehind();
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while the store was asked");
                } catch (ExecutionException failed) {
                    throw thrown(Objects.requireNonNullElse(failed.getCause(), failed));
                }
            }
        }

        private IOException thrown(Throwable cause) {
            if (cause instanceof SocketTimeoutException timeout) {
                return silent(timeout);
            }
            if (cause instanceof IOException network) {
                return network;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
        }

        /** A failure that the SDK repeats, unless the silence has been long. */
        private IOException silent(@Nullable SocketTimeoutException timeout) {
            silence.noticed(movedAt);
            String message = timeout == null
                    ? "the store neither took a byte nor answered for " + limit.toMillis() / 1000.0 + " s"
                    : "the store did not answer: " + timeout.getMessage();
            if (silence.isLong()) {
                // Without a cause, which would tell the SDK to repeat it.
                throw SdkClientException.create(message);
            }
            SocketTimeoutException silent = new SocketTimeoutException(message);
            if (timeout != null) {
                silent.initCause(timeout);
            }
            return silent;
        }

        // Closing the connection may block, too.
        private void leaveBehind() {
            synchronized (turn) {
                leftBehind = true;
            }
            threads.execute(request::abort);
        }

        @Override
        public void abort() {
            leaveBehind();
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
                        throw new IOException("the request was given up");
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
