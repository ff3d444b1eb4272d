package dev.satchel.batchexport.serve.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.observe.health.BoundedCheck;
import dev.satchel.batchexport.observe.health.CheckResult;
import dev.satchel.batchexport.observe.health.HealthCheck;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManagementServerTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration LONG = Duration.ofSeconds(20);

    @AutoClose
    private final ManagementServer server = ManagementServer.at(new InetSocketAddress("127.0.0.1", 0));

    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger looking = new AtomicInteger();

    private void start(Map<String, HealthCheck> checks) {
        server.start(checks, Set.of(), () -> true, () -> false, () -> {
            throw new IllegalStateException("no meters");
        });
    }

    private CompletableFuture<HttpResponse<String>> get(String path) {
        return HTTP.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private CheckResult slow() {
        looking.incrementAndGet();
        try {
            return new CheckResult(release.await(1, TimeUnit.MINUTES), "it looked");
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private HealthCheck slowCheck() {
        return new BoundedCheck("it", this::slow, LONG, Duration.ofHours(1));
    }

    @Test
    void looksAtEverythingAtTheSameTime() throws Exception {
        start(Map.of("one", slowCheck(), "two", slowCheck(), "three", slowCheck()));
        CompletableFuture<HttpResponse<String>> health = get("/actuator/health");

        Await.until("all look", () -> looking.get() == 3);

        release.countDown();
        assertThat(health.get().statusCode()).isEqualTo(200);
    }

    @Test
    void isAliveWhileManyClientsWaitForItsHealth() throws Exception {
        start(Map.of("one", slowCheck()));
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int client = 0; client < 40; client++) {
            waiting.add(get("/actuator/health"));
        }
        // Those for whom no thread may wait are told so.
        Await.until(
                "they wait",
                () -> waiting.stream().filter(CompletableFuture::isDone).count() == 24);

        assertThat(get("/actuator/health/liveness").get().statusCode()).isEqualTo(200);
        assertThat(waiting).filteredOn(one -> !one.isDone()).hasSize(16);

        release.countDown();
        for (CompletableFuture<HttpResponse<String>> one : waiting) {
            assertThat(one.get().statusCode()).isIn(200, 503);
        }
    }

    @Test
    void answersThatItFailedWithoutSayingHow() throws Exception {
        start(Map.of());

        HttpResponse<String> failed = get("/actuator/prometheus").get();

        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.body()).isEmpty();
    }
}
