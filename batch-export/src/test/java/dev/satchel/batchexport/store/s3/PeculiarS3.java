package dev.satchel.batchexport.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * An S3 service in memory with the peculiarities that services other than AWS have, one test at a time. It checks no
 * signature, so that it stores what a service stores that does not notice damage.
 */
final class PeculiarS3 implements AutoCloseable {

    enum Peculiarity {
        /** Answers 501 to If-None-Match. */
        NO_CONDITIONAL_WRITES,
        /** Answers 501 to ListMultipartUploads. */
        NO_LISTING_OF_UPLOADS,
        /** Gives ETags that are no digests, as with SSE-KMS, of 32 hexadecimal digits. */
        TAGS_THAT_ARE_NO_DIGESTS,
        /** Gives ETags of files in parts that are no digests of the parts' digests. */
        OWN_TAGS_OF_FILES_IN_PARTS,
        /** Compares neither Content-MD5 nor checksums. */
        COMPARES_NOTHING,
        /** Gives checksums back. */
        CHECKSUMS,
        /** Loses the last byte of what it stores, and says nothing. */
        LOSES_THE_END,
        /** Keeps the frames of chunked signing as part of the file. */
        KEEPS_CHUNKS,
        /** Refuses parts that are not as long as the first, unless they are the last. */
        EQUAL_PARTS
    }

    enum Call {
        PUT,
        CREATE,
        PART,
        COMPLETE,
        ABORT,
        LIST,
        HEAD,
        GET,
        DELETE
    }

    /** What is answered instead of doing what was asked. */
    record Answer(int status, String body, Map<String, String> headers) {

        static Answer error(int status, String code) {
            return new Answer(status, error(code), Map.of());
        }

        static String error(String code) {
            return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code
                    + "</Code><Message>what the service says</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>";
        }
    }

    private record Stored(byte[] content, String tag, Map<String, String> headers) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Peculiarity> peculiarities = EnumSet.noneOf(Peculiarity.class);
    private final Map<String, Stored> objects = new ConcurrentHashMap<>();
    private final Map<String, String> uploads = new ConcurrentHashMap<>();
    private final Map<String, Map<Integer, byte[]>> parts = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> begun = new ConcurrentHashMap<>();
    private final Map<Call, Answer> answers = new EnumMap<>(Call.class);
    private final Map<Call, Integer> times = new EnumMap<>(Call.class);
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Map<Call, Map<String, List<String>>> headers = new ConcurrentHashMap<>();
    private int flips;
    private IntPredicate held = number -> false;
    private int waiting;
    private int underWay;
    private int mostAtOnce;
    private boolean abortedEarly;
    private final CountDownLatch assembling = new CountDownLatch(60);
    private volatile @Nullable CountDownLatch assembled;

    private PeculiarS3() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    static PeculiarS3 with(Peculiarity... peculiarities) throws IOException {
        PeculiarS3 service = new PeculiarS3();
        service.peculiarities.addAll(List.of(peculiarities));
        return service;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Answers that many of the next calls of that kind like this. */
    synchronized void answer(Call call, int count, Answer answer) {
        answers.put(call, answer);
        times.put(call, count);
    }

    /** Changes one bit of the content of the next so many writes, before anything looks at it. */
    synchronized void flip(int writes) {
        flips = writes;
    }

    /** Keeps those parts waiting for their answer, by their numbers, after all of their bytes have arrived. */
    synchronized void hold(IntPredicate numbers) {
        held = numbers;
        notifyAll();
    }

    /** Sends white space, as S3 does, instead of answers to the completion of uploads until {@link #assembled}. */
    void assembleSlowly() {
        assembled = new CountDownLatch(1);
    }

    /** Waits until it has sent white space for three seconds, or the upload has ended. */
    void awaitAssembling(Future<?> upload) throws InterruptedException {
        while (!upload.isDone() && !assembling.await(100, TimeUnit.MILLISECONDS)) {}
    }

    /** Whether an answer of white space is still being sent. */
    boolean isAssembling() {
        CountDownLatch end = assembled;
        return end != null && end.getCount() > 0;
    }

    void assembled() {
        CountDownLatch end = assembled;
        if (end != null) {
            end.countDown();
        }
    }

    private void sendWhiteSpace(OutputStream to, CountDownLatch end) throws IOException {
        try {
            while (!end.await(50, TimeUnit.MILLISECONDS)) {
                to.write(' ');
                to.flush();
                assembling.countDown();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many parts wait for their answer. */
    synchronized int waiting() {
        return waiting;
    }

    /** The highest number of parts that were sent at the same time. */
    synchronized int mostAtOnce() {
        return mostAtOnce;
    }

    /** Whether an upload was aborted while one of its parts waited for its answer. */
    synchronized boolean isAbortedEarly() {
        return abortedEarly;
    }

    private synchronized void enter(int number) {
        underWay++;
        mostAtOnce = Math.max(mostAtOnce, underWay);
        waiting++;
        try {
            while (held.test(number)) {
                wait();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } finally {
            waiting--;
        }
    }

    private synchronized void leave() {
        underWay--;
    }

    /** Every call, in order. */
    List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The headers of the last call of that kind, by their names in lower case. */
    Map<String, List<String>> headers(Call call) {
        return headers.getOrDefault(call, Map.of());
    }

    /** The keys of all objects, bucket included. */
    Set<String> keys() {
        return Set.copyOf(objects.keySet());
    }

    Set<String> unfinished() {
        return Set.copyOf(uploads.values());
    }

    byte[] object(String key) {
        return objects.get(key).content();
    }

    private boolean is(Peculiarity peculiarity) {
        return peculiarities.contains(peculiarity);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] content = exchange.getRequestBody().readAllBytes();
            Call call = call(exchange);
            calls.add(call);
            remember(call, exchange);
            if (call == Call.PART) {
                enter(Integer.parseInt(parameter(exchange, "partNumber")));
                // The client may send the next part as soon as it has the answer.
                leave();
            }
            Answer instead = instead(call);
            if (instead != null) {
                send(
                        exchange,
                        instead.status(),
                        instead.headers(),
                        instead.body().getBytes(UTF_8));
                return;
            }
            serve(exchange, call, content);
        }
    }

    private void remember(Call call, HttpExchange exchange) {
        Map<String, List<String>> lower = new TreeMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> lower.put(name.toLowerCase(Locale.ROOT), values));
        headers.put(call, lower);
    }

    private synchronized @Nullable Answer instead(Call call) {
        int left = times.getOrDefault(call, 0);
        if (left == 0) {
            return null;
        }
        times.put(call, left - 1);
        return answers.get(call);
    }

    private static Call call(HttpExchange exchange) {
        String query = exchange.getRequestURI().getRawQuery();
        boolean uploads = query != null && query.startsWith("uploads");
        boolean upload = query != null && query.contains("uploadId=");
        return switch (exchange.getRequestMethod()) {
            case "PUT" -> upload ? Call.PART : Call.PUT;
            case "POST" -> uploads ? Call.CREATE : Call.COMPLETE;
            case "DELETE" -> upload ? Call.ABORT : Call.DELETE;
            case "HEAD" -> Call.HEAD;
            default -> uploads ? Call.LIST : Call.GET;
        };
    }

    private void serve(HttpExchange exchange, Call call, byte[] sent) throws IOException {
        String key = exchange.getRequestURI().getPath().substring(1);
        boolean conditional = exchange.getRequestHeaders().containsKey("If-None-Match");
        if (conditional && is(Peculiarity.NO_CONDITIONAL_WRITES)) {
            refuse(exchange, 501, "NotImplemented");
            return;
        }
        if (conditional && objects.containsKey(key)) {
            refuse(exchange, 412, "PreconditionFailed");
            return;
        }
        byte[] content = call == Call.PUT || call == Call.PART ? received(exchange, sent) : sent;
        if ((call == Call.PUT || call == Call.PART) && isDamaged(exchange, content)) {
            refuse(exchange, 400, "BadDigest");
            return;
        }
        switch (call) {
            case PUT -> put(exchange, key, content);
            case CREATE -> create(exchange, key);
            case PART -> part(exchange, content);
            case COMPLETE -> complete(exchange, key, content);
            case ABORT -> abort(exchange);
            case LIST -> list(exchange);
            case HEAD, GET -> read(exchange, key, call == Call.GET);
            case DELETE -> {
                objects.remove(key);
                send(exchange, 204, Map.of(), new byte[0]);
            }
        }
    }

    private byte[] received(HttpExchange exchange, byte[] sent) {
        byte[] content = sent.clone();
        String sum = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
        if (sum != null && sum.startsWith("STREAMING-") && !is(Peculiarity.KEEPS_CHUNKS)) {
            throw new IllegalStateException("this service reads no chunks");
        }
        synchronized (this) {
            if (flips > 0 && content.length > 0) {
                flips--;
                content[content.length / 2] ^= 1;
            }
        }
        return content;
    }

    private boolean isDamaged(HttpExchange exchange, byte[] content) {
        if (is(Peculiarity.COMPARES_NOTHING)) {
            return false;
        }
        String md5 = exchange.getRequestHeaders().getFirst("Content-MD5");
        String crc = exchange.getRequestHeaders().getFirst("x-amz-checksum-crc32");
        return (md5 != null && !md5.equals(Base64.getEncoder().encodeToString(md5(content))))
                || (crc != null && !crc.equals(crc32(content)));
    }

    private void put(HttpExchange exchange, String key, byte[] content) throws IOException {
        String tag = tag(content);
        int length = is(Peculiarity.LOSES_THE_END) ? content.length - 1 : content.length;
        objects.put(key, new Stored(Arrays.copyOf(content, length), tag, kept(exchange)));
        send(exchange, 200, checksums(tag, content), new byte[0]);
    }

    private String tag(byte[] content) {
        return is(Peculiarity.TAGS_THAT_ARE_NO_DIGESTS)
                ? UUID.randomUUID().toString().replace("-", "")
                : HexFormat.of().formatHex(md5(content));
    }

    private Map<String, String> checksums(String tag, byte[] content) {
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("ETag", "\"" + tag + "\"");
        if (is(Peculiarity.CHECKSUMS)) {
            answer.put("x-amz-checksum-crc32", crc32(content));
        }
        return answer;
    }

    private static Map<String, String> kept(HttpExchange exchange) {
        Map<String, String> kept = new TreeMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (name.toLowerCase(Locale.ROOT).startsWith("x-amz-meta-") || name.equalsIgnoreCase("Content-Type")) {
                kept.put(name, values.get(0));
            }
        });
        return kept;
    }

    private void create(HttpExchange exchange, String key) throws IOException {
        String id = UUID.randomUUID().toString();
        uploads.put(id, key);
        parts.put(id, new TreeMap<>());
        begun.put(id, kept(exchange));
        xml(exchange, "<InitiateMultipartUploadResult><UploadId>" + id + "</UploadId></InitiateMultipartUploadResult>");
    }

    private void part(HttpExchange exchange, byte[] content) throws IOException {
        String id = parameter(exchange, "uploadId");
        Map<Integer, byte[]> sent = parts.get(id);
        if (sent == null) {
            refuse(exchange, 404, "NoSuchUpload");
            return;
        }
        synchronized (sent) {
            sent.put(Integer.parseInt(parameter(exchange, "partNumber")), content);
        }
        send(exchange, 200, checksums(tag(content), content), new byte[0]);
    }

    private void complete(HttpExchange exchange, String key, byte[] request) throws IOException {
        String id = parameter(exchange, "uploadId");
        Map<Integer, byte[]> sent = parts.get(id);
        if (sent == null) {
            refuse(exchange, 404, "NoSuchUpload");
            return;
        }
        Matcher numbers = Pattern.compile("<PartNumber>(\\d+)</PartNumber>").matcher(new String(request, UTF_8));
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        ByteArrayOutputStream digests = new ByteArrayOutputStream();
        int length = -1;
        int count = 0;
        boolean shorter = false;
        while (numbers.find()) {
            byte[] part = sent.get(Integer.parseInt(numbers.group(1)));
            if (is(Peculiarity.EQUAL_PARTS) && (shorter || (length >= 0 && part.length > length))) {
                refuse(exchange, 400, "InvalidPart");
                return;
            }
            shorter = length >= 0 && part.length < length;
            length = length < 0 ? part.length : length;
            whole.writeBytes(part);
            digests.writeBytes(md5(part));
            count++;
        }
        CountDownLatch end = assembled;
        if (end != null) {
            exchange.sendResponseHeaders(200, 0);
            sendWhiteSpace(exchange.getResponseBody(), end);
        }
        String tag = is(Peculiarity.OWN_TAGS_OF_FILES_IN_PARTS) || is(Peculiarity.TAGS_THAT_ARE_NO_DIGESTS)
                ? UUID.randomUUID().toString()
                : HexFormat.of().formatHex(md5(digests.toByteArray())) + "-" + count;
        objects.put(key, new Stored(whole.toByteArray(), tag, begun.get(id)));
        end(id);
        String answer =
                "<CompleteMultipartUploadResult><ETag>&quot;" + tag + "&quot;</ETag></CompleteMultipartUploadResult>";
        if (end == null) {
            xml(exchange, answer);
        } else {
            exchange.getResponseBody().write(answer.getBytes(UTF_8));
        }
    }

    private void end(String id) {
        uploads.remove(id);
        parts.remove(id);
    }

    private void abort(HttpExchange exchange) throws IOException {
        synchronized (this) {
            abortedEarly |= waiting > 0;
        }
        end(parameter(exchange, "uploadId"));
        send(exchange, 204, Map.of(), new byte[0]);
    }

    private void list(HttpExchange exchange) throws IOException {
        if (is(Peculiarity.NO_LISTING_OF_UPLOADS)) {
            refuse(exchange, 501, "NotImplemented");
            return;
        }
        String bucket = exchange.getRequestURI().getPath().substring(1).replaceAll("/$", "");
        StringBuilder all = new StringBuilder("<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>");
        uploads.forEach((id, key) -> all.append("<Upload><Key>")
                .append(key.substring(bucket.length() + 1))
                .append("</Key><UploadId>")
                .append(id)
                .append("</UploadId></Upload>"));
        xml(exchange, all.append("</ListMultipartUploadsResult>").toString());
    }

    private void read(HttpExchange exchange, String key, boolean withContent) throws IOException {
        Stored stored = objects.get(key);
        if (stored == null) {
            refuse(exchange, 404, "NoSuchKey");
            return;
        }
        Map<String, String> answer = new LinkedHashMap<>(stored.headers());
        answer.put("ETag", "\"" + stored.tag() + "\"");
        if (withContent) {
            send(exchange, 200, answer, stored.content());
        } else {
            answer.put("Content-Length", String.valueOf(stored.content().length));
            send(exchange, 200, answer, new byte[0]);
        }
    }

    private static String parameter(HttpExchange exchange, String name) {
        return Arrays.stream(exchange.getRequestURI().getQuery().split("&"))
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> pair.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    private void refuse(HttpExchange exchange, int status, String code) throws IOException {
        send(exchange, status, Map.of(), Answer.error(code).getBytes(UTF_8));
    }

    private void xml(HttpExchange exchange, String body) throws IOException {
        send(exchange, 200, Map.of("Content-Type", "application/xml"), body.getBytes(UTF_8));
    }

    private void send(HttpExchange exchange, int status, Map<String, String> fields, byte[] body) throws IOException {
        fields.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
        if (!head && body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private static byte[] md5(byte[] content) {
        try {
            return MessageDigest.getInstance("MD5").digest(content);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String crc32(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        int value = (int) crc.getValue();
        return Base64.getEncoder()
                .encodeToString(
                        new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value});
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
