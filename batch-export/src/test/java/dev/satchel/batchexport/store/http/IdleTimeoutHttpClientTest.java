package dev.satchel.batchexport.store.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.provider.SelfSigned;
import java.io.FilterInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/** The thread that waits for a request goes on at once when the request is aborted, whatever the request is stuck in. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IdleTimeoutHttpClientTest {

    private static final IdleTimeouts LONG =
            new IdleTimeouts(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));

    private static final int LARGE = 64 << 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    private Path folder;

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** Over TLS, closing the connection waits for the thread that writes to it. */
    @Test
    void endsAWriteThatTheServerDoesNotTakeOverTls() throws Exception {
        KeyStore keys = SelfSigned.make(folder.resolve("keys.p12"), "localhost", "dns:localhost")
                .keys();
        try (SSLServerSocket server = (SSLServerSocket) serverSide(keys)
                        .getServerSocketFactory()
                        .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SdkHttpClient client = IdleTimeoutHttpClient.over(
                                UrlConnectionHttpClient.builder().tlsTrustManagersProvider(() -> trusting(keys)), LONG)
                        .buildWithDefaults(AttributeMap.empty())) {
            Future<SSLSocket> accepted = threads.submit(() -> {
                SSLSocket connection = (SSLSocket) server.accept();
                assertThat(connection.getInputStream().read()).isPositive();
                return connection;
            });
            AtomicLong taken = new AtomicLong();
            ExecutableHttpRequest request = client.prepareRequest(HttpExecuteRequest.builder()
                    .request(put(URI.create("https://localhost:" + server.getLocalPort() + "/a"), LARGE))
                    .contentStreamProvider(() -> counted(taken))
                    .build());
            Future<HttpExecuteResponse> answer = threads.submit(request::call);
            try (SSLSocket silent = accepted.get()) {
                awaitStuck(taken);

                request.abort();

                assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasRootCauseMessage("the request was given up");
                assertThat(taken).hasValueLessThan(LARGE);
                assertThat(silent.isClosed()).isFalse();
                // Without the farewell of TLS, for which the client would have to read.
                silent.setSoLinger(true, 0);
            }
        }
    }

    // The buffers between the client and a server that reads nothing are full when no byte is taken for a while.
    private static void awaitStuck(AtomicLong taken) throws InterruptedException {
        long before = -1;
        while (taken.get() == 0 || taken.get() != before) {
            before = taken.get();
            TimeUnit.MILLISECONDS.sleep(300);
        }
    }

    private static InputStream counted(AtomicLong taken) {
        return new FilterInputStream(InputStream.nullInputStream()) {
            @Override
            public int read(byte[] bytes, int offset, int length) {
                int count = (int) Math.min(length, LARGE - taken.get());
                taken.addAndGet(count);
                return count == 0 ? -1 : count;
            }
        };
    }

    @Test
    void endsTheConnectionOfAnAnswerThatComesTooLate() throws Exception {
        Network network = new Network();
        try (SdkHttpClient client = client(network)) {
            ExecutableHttpRequest request = client.prepareRequest(get());
            Future<HttpExecuteResponse> answer = threads.submit(request::call);
            network.asked.await();

            request.abort();
            assertThatThrownBy(answer::get).hasRootCauseMessage("the request was given up");
            network.aborted.await();
            network.answer.countDown();

            network.abortedAfterAnswer.await();
        }
    }

    @Test
    void endsTheReadingOfAnAnswer() throws Exception {
        Network network = new Network();
        network.answer.countDown();
        try (SdkHttpClient client = client(network)) {
            ExecutableHttpRequest request = client.prepareRequest(get());
            AbortableInputStream body = request.call().responseBody().orElseThrow();
            assertThat(body.read()).isEqualTo('a');
            Future<Integer> next = threads.submit((Callable<Integer>) body::read);
            network.reading.await();

            request.abort();

            assertThatThrownBy(next::get).hasRootCauseMessage("the request was given up");
            body.close();
        }
    }

    @Test
    void abortsARequestAfterTheClientWasClosed() throws Exception {
        Network network = new Network();
        SdkHttpClient client = client(network);
        ExecutableHttpRequest request = client.prepareRequest(get());
        Future<HttpExecuteResponse> answer = threads.submit(request::call);
        network.asked.await();
        client.close();

        request.abort();

        assertThatThrownBy(answer::get).hasRootCauseMessage("the request was given up");
        network.aborted.await();
    }

    private static SdkHttpClient client(Network network) {
        return IdleTimeoutHttpClient.over(network, LONG).buildWithDefaults(AttributeMap.empty());
    }

    private static HttpExecuteRequest get() {
        return HttpExecuteRequest.builder()
                .request(SdkHttpRequest.builder()
                        .method(SdkHttpMethod.GET)
                        .uri(URI.create("http://localhost/a"))
                        .build())
                .build();
    }

    private static SdkHttpRequest put(URI uri, long length) {
        return SdkHttpRequest.builder()
                .method(SdkHttpMethod.PUT)
                .uri(uri)
                .putHeader("Content-Length", String.valueOf(length))
                .build();
    }

    private static SSLContext serverSide(KeyStore keys) throws Exception {
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, SelfSigned.PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), null, null);
        return context;
    }

    private static TrustManager[] trusting(KeyStore keys) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("server", keys.getCertificate(SelfSigned.ALIAS));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            return trust.getTrustManagers();
        } catch (Exception unusable) {
            throw new IllegalStateException(unusable);
        }
    }

    /** A network that keeps the answer back, and sends one byte of its body. No interrupt and no abort ends a wait. */
    private static final class Network implements SdkHttpClient, SdkHttpClient.Builder<Network> {

        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch answer = new CountDownLatch(1);
        private final CountDownLatch reading = new CountDownLatch(1);
        private final CountDownLatch aborted = new CountDownLatch(1);
        private final CountDownLatch abortedAfterAnswer = new CountDownLatch(1);
        private final CompletableFuture<Integer> never = new CompletableFuture<>();

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return this;
        }

        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            return new ExecutableHttpRequest() {
                @Override
                public HttpExecuteResponse call() {
                    asked.countDown();
                    try {
                        answer.await();
                    } catch (InterruptedException unexpected) {
                        throw new AssertionError(unexpected);
                    }
                    return HttpExecuteResponse.builder()
                            .response(SdkHttpResponse.builder().statusCode(200).build())
                            .responseBody(AbortableInputStream.create(new Body()))
                            .build();
                }

                @Override
                public void abort() {
                    if (answer.getCount() == 0) {
                        abortedAfterAnswer.countDown();
                    }
                    aborted.countDown();
                }
            };
        }

        @Override
        public void close() {}

        private final class Body extends InputStream {

            private boolean begun;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                if (begun) {
                    reading.countDown();
                    return never.join();
                }
                begun = true;
                bytes[offset] = 'a';
                return 1;
            }
        }
    }
}
