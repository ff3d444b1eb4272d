package dev.satchel.batchexport.page;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A headless Chromium with one page, driven by its DevTools protocol. */
public final class Chromium implements AutoCloseable {

    private static final String ADDRESS = "DevTools listening on ";

    private final Process process;
    private final WebSocket socket;
    private final Answers answers = new Answers();
    private final AtomicInteger last = new AtomicInteger();
    private final String session;

    private Chromium(Process process, String address) throws Exception {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address), answers)
                .get(30, TimeUnit.SECONDS);
        String target = send("", "Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asString();
        session = send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asString();
        for (String domain : List.of("Page", "Network", "Runtime", "Log")) {
            send(domain + ".enable", Map.of());
        }
    }

    /** Starts the browser of the PATH, which keeps what it writes in that folder. */
    public static Chromium start(Path profile) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "chromium",
                "--headless",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-extensions",
                "--disable-background-networking",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--no-sandbox");
        }
        Path output = Files.createFile(profile.resolve("output"));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException missing) {
            throw new AssertionError(
                    "there is no chromium on the PATH: install Debian's package chromium, or build without -Pbrowser",
                    missing);
        }
        for (int look = 0; look < 300 && process.isAlive(); look++) {
            for (String line : Files.readAllLines(output)) {
                if (line.startsWith(ADDRESS)) {
                    return new Chromium(process, line.substring(ADDRESS.length()));
                }
            }
            process.waitFor(100, TimeUnit.MILLISECONDS);
        }
        process.destroyForcibly();
        throw new AssertionError("chromium did not start: " + Files.readString(output));
    }

    /** Shows the page as to a reader who likes these colours, on a screen of that width. */
    public void show(Path page, String colours, int width) throws Exception {
        send(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 500));
        answers.events.clear();
        CompletableFuture<Void> loaded = answers.next("Page.loadEventFired");
        send("Page.navigate", Map.of("url", page.toUri().toString()));
        loaded.get(30, TimeUnit.SECONDS);
    }

    /** The addresses that the page asked for since it was shown, without its own. */
    public List<String> requests() {
        return answers.events.stream()
                .filter(event -> event.path("method").asString().equals("Network.requestWillBeSent"))
                .filter(event -> !event.path("params").path("type").asString().equals("Document"))
                .map(event -> event.path("params").path("request").path("url").asString())
                .toList();
    }

    /** What the browser complained of, and dialogs that the page opened. */
    public List<String> complaints() {
        return answers.events.stream()
                .filter(event -> List.of(
                                "Log.entryAdded",
                                "Runtime.exceptionThrown",
                                "Runtime.consoleAPICalled",
                                "Page.javascriptDialogOpening")
                        .contains(event.path("method").asString()))
                .map(JsonNode::toString)
                .toList();
    }

    /** The value of an expression, or what its promise comes to. */
    public JsonNode evaluate(String expression) throws Exception {
        JsonNode answer =
                send("Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(answer.toString());
        }
        return answer.path("result").path("value");
    }

    /** What axe-core finds that keeps people from reading the page, with the elements in question; {@code []} for nothing. */
    public String violations() throws Exception {
        try (InputStream file =
                Chromium.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
            evaluate(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        }
        return evaluate("""
                        axe.run().then(found => JSON.stringify(found.violations.map(
                            rule => [rule.id, rule.help, rule.nodes.map(node => node.html + ' ' + node.failureSummary)])))
                        """).asString();
    }

    /** Carries out a command of the protocol on the page. */
    public JsonNode send(String method, Map<String, Object> parameters) throws Exception {
        return send(session, method, parameters);
    }

    private JsonNode send(String to, String method, Map<String, Object> parameters) throws Exception {
        int id = last.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.awaited.put(id, answer);
        Map<String, Object> request = to.isEmpty()
                ? Map.of("id", id, "method", method, "params", parameters)
                : Map.of("id", id, "method", method, "params", parameters, "sessionId", to);
        socket.sendText(JsonMapper.shared().writeValueAsString(request), true).get(30, TimeUnit.SECONDS);
        JsonNode got = answer.get(60, TimeUnit.SECONDS);
        if (got.has("error")) {
            throw new AssertionError(method + ": " + got);
        }
        return got.path("result");
    }

    @Override
    public void close() {
        socket.abort();
        process.destroy();
        process.onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly())
                .join();
    }

    private static final class Answers implements WebSocket.Listener {

        private final Map<Integer, CompletableFuture<JsonNode>> awaited = new ConcurrentHashMap<>();
        private final Map<String, CompletableFuture<Void>> expected = new ConcurrentHashMap<>();
        private final Queue<JsonNode> events = new ConcurrentLinkedQueue<>();
        private final StringBuilder text = new StringBuilder();

        private CompletableFuture<Void> next(String event) {
            CompletableFuture<Void> happened = new CompletableFuture<>();
            expected.put(event, happened);
            return happened;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean isLast) {
            text.append(part);
            if (isLast) {
                JsonNode message = JsonMapper.shared().readTree(text.toString());
                text.setLength(0);
                if (message.has("id")) {
                    awaited.remove(message.path("id").asInt()).complete(message);
                } else {
                    events.add(message);
                    CompletableFuture<Void> happened =
                            expected.remove(message.path("method").asString());
                    if (happened != null) {
                        happened.complete(null);
                    }
                }
            }
            socket.request(1);
            return null;
        }
    }
}
