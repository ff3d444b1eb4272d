package dev.satchel.batchexport.store.s3.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.migrations.OwnThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.utils.AttributeMap;

class RequestAbortsTest {

    @Test
    void endARequestWhoseConnectionWasBeingOpened() throws Exception {
        Connecting connecting = new Connecting();
        SdkHttpClient client = RequestAborts.client(new Builder(connecting)).build();
        RequestAborts aborts = new RequestAborts();
        CompletableFuture<Throwable> end = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return aborts.sending(() -> response(client));
                    } catch (RuntimeException thrown) {
                        return thrown;
                    }
                },
                OwnThread::start);
        connecting.begun.await();

        aborts.abort();

        assertThat(end.get()).isInstanceOf(AbortedException.class);
        assertThat(connecting.closings.get()).isGreaterThan(1);
    }

    private static Throwable response(SdkHttpClient client) {
        try {
            client.prepareRequest(HttpExecuteRequest.builder()
                            .request(SdkHttpFullRequest.builder()
                                    .method(SdkHttpMethod.PUT)
                                    .protocol("http")
                                    .host("localhost")
                                    .build())
                            .build())
                    .call();
            return new AssertionError("there is no answer");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A request that cannot be ended at the first attempt, as one of the JDK's that still connects. */
    private static final class Connecting implements ExecutableHttpRequest {

        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private final AtomicInteger closings = new AtomicInteger();

        @Override
        public HttpExecuteResponse call() throws IOException {
            begun.countDown();
            try {
                if (!closed.await(1, TimeUnit.MINUTES)) {
                    throw new IllegalStateException("it was not ended");
                }
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            throw new IOException("the connection was closed");
        }

        @Override
        public void abort() {
            if (closings.incrementAndGet() > 1) {
                closed.countDown();
            }
        }
    }

    private record Builder(ExecutableHttpRequest request) implements SdkHttpClient.Builder<Builder> {

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return new SdkHttpClient() {
                @Override
                public ExecutableHttpRequest prepareRequest(HttpExecuteRequest asked) {
                    return request;
                }

                @Override
                public void close() {}
            };
        }
    }
}
