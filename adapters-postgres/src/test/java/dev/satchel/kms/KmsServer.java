package dev.satchel.kms;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A server in the shape of AWS KMS: Encrypt, Decrypt and DescribeKey of its JSON protocol, with real keys.
 *
 * <p>Each key has materials, the newest of which encrypts. A ciphertext names key and material, and is bound to them and
 * to the encryption context. It fails on demand, and checks no signatures.
 */
public final class KmsServer implements AutoCloseable {

    /** What the server may do instead of answering. */
    public enum Fault {
        ACCESS_DENIED(400, "AccessDeniedException"),
        BAD_CREDENTIALS(400, "UnrecognizedClientException"),
        DISABLED(400, "KMSInvalidStateException"),
        INTERNAL(500, "KMSInternalException"),
        THROTTLED(400, "ThrottlingException"),
        UNHEARD_OF(400, "MoonPhaseException"),
        /** Repeats the request in the error, as a proxy on the way might. */
        ECHO(400, "ValidationException"),
        /** Breaks off in the middle of the answer. */
        GARBLED(200, ""),
        HANGING(0, "");

        private final int status;
        private final String code;

        Fault(int status, String code) {
            this.status = status;
            this.code = code;
        }
    }

    static {
        // Otherwise each answer waits 40 ms for the acknowledgement of its headers.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int IV = 12;

    private final Map<String, Key> keys = new LinkedHashMap<>();
    private final Map<String, Fault> faults = new TreeMap<>();
    private final Map<String, Tampering> tamperings = new TreeMap<>();
    private final Map<String, Integer> calls = new TreeMap<>();
    private final Deque<Runnable> beforeEncrypt = new ArrayDeque<>();
    private final Deque<Runnable> afterDescribe = new ArrayDeque<>();
    private final List<Map<String, String>> contexts = new ArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    private KmsServer(HttpServer server) {
        this.server = server;
    }

    public static KmsServer start() {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            KmsServer kms = new KmsServer(http);
            http.setExecutor(kms.threads);
            http.createContext("/", kms::handle);
            http.start();
            return kms;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Makes a key that encrypts and rotates, and returns its ARN. */
    public synchronized String addKey() {
        return addKey("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", true);
    }

    /** Makes a key whose materials the server does not name, as in a key store outside of KMS. */
    public synchronized String addKeyOfUnnamedMaterial() {
        return addKey("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false);
    }

    public synchronized String addKey(String spec, String usage, boolean namesMaterial) {
        String arn = "arn:aws:kms:eu-central-1:123456789012:key/" + UUID.randomUUID();
        Key key = new Key(arn, spec, usage, namesMaterial, new ArrayList<>());
        key.materials().add(Material.random());
        keys.put(arn, key);
        return arn;
    }

    /** Gives the key another material; the earlier ones still decrypt. Returns the new one's id. */
    public synchronized String rotate(String arn) {
        Material material = Material.random();
        keys.get(arn).materials().add(material);
        return material.id();
    }

    public synchronized String currentMaterial(String arn) {
        return keys.get(arn).current().id();
    }

    /** Which material encrypted it. */
    public static String materialOf(byte[] ciphertext) {
        return Blob.parse(ciphertext).material();
    }

    /** From now on every call of the operation fails so. */
    public synchronized void fail(String operation, Fault fault) {
        faults.put(operation, fault);
    }

    /** From now on every good answer of the operation is changed so. */
    public synchronized void tamper(String operation, Tampering tampering) {
        tamperings.put(operation, tampering);
    }

    /** What somebody in the place of AWS KMS makes of an answer. */
    @FunctionalInterface
    public interface Tampering {

        /** Returns the members to answer with; {@code answer} is a copy. */
        Map<String, Object> of(JsonNode request, Map<String, Object> answer);
    }

    public synchronized void recover() {
        faults.clear();
    }

    /** Runs once, when the next Encrypt has arrived and nothing has been encrypted yet. */
    public synchronized void beforeNextEncrypt(Runnable work) {
        beforeEncrypt.add(work);
    }

    /** Runs once, when the next DescribeKey has its answer and it was not sent yet. */
    public synchronized void beforeNextDescriptionArrives(Runnable work) {
        afterDescribe.add(work);
    }

    public synchronized int calls(String operation) {
        return calls.getOrDefault(operation, 0);
    }

    /** The encryption contexts of all calls so far. */
    public synchronized List<Map<String, String>> contexts() {
        return List.copyOf(contexts);
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
            String operation = target.substring("TrentService.".length());
            Fault fault;
            synchronized (this) {
                calls.merge(operation, 1, Integer::sum);
                fault = faults.get(operation);
            }
            if (fault == Fault.HANGING) {
                closing.await();
                return;
            }
            Answer answer;
            if (fault == null || fault == Fault.GARBLED) {
                answer = tampered(operation, JSON.readTree(body));
            } else {
                String message = fault == Fault.ECHO ? new String(body, StandardCharsets.UTF_8) : "no";
                answer = new Answer(fault.status, Map.of("__type", fault.code, "message", message));
            }
            if (operation.equals("DescribeKey")) {
                late().run();
            }
            byte[] text = JSON.writeValueAsBytes(answer.members());
            if (fault == Fault.GARBLED) {
                text = Arrays.copyOf(text, text.length - 20);
            }
            exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
            exchange.getResponseHeaders()
                    .set("x-amzn-RequestId", UUID.randomUUID().toString());
            exchange.sendResponseHeaders(answer.status(), text.length);
            exchange.getResponseBody().write(text);
        } catch (InterruptedException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized Answer tampered(String operation, JsonNode request) throws GeneralSecurityException {
        Answer answer = answer(operation, request);
        Tampering tampering = tamperings.get(operation);
        return tampering == null || answer.status() != 200
                ? answer
                : new Answer(200, tampering.of(request, new LinkedHashMap<>(answer.members())));
    }

    private synchronized Runnable late() {
        return afterDescribe.isEmpty() ? () -> {} : afterDescribe.remove();
    }

    private synchronized Answer answer(String operation, JsonNode request) throws GeneralSecurityException {
        Key key = keys.get(request.get("KeyId").asString());
        if (key == null) {
            return Answer.refusal("NotFoundException");
        }
        if (operation.equals("DescribeKey")) {
            return describe(key);
        }
        if (!key.usage().equals("ENCRYPT_DECRYPT")) {
            return Answer.refusal("InvalidKeyUsageException");
        }
        Map<String, String> context = new TreeMap<>();
        if (request.has("EncryptionContext")) {
            request.get("EncryptionContext")
                    .properties()
                    .forEach(entry ->
                            context.put(entry.getKey(), entry.getValue().asString()));
        }
        contexts.add(Map.copyOf(context));
        return switch (operation) {
            case "Encrypt" -> encrypt(key, request.get("Plaintext").binaryValue(), context);
            case "Decrypt" -> decrypt(key, request.get("CiphertextBlob").binaryValue(), context);
            default -> Answer.refusal("UnknownOperationException");
        };
    }

    private static Answer describe(Key key) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("Arn", key.arn());
        metadata.put("KeyId", key.arn().substring(key.arn().indexOf('/') + 1));
        metadata.put("KeySpec", key.spec());
        metadata.put("KeyUsage", key.usage());
        metadata.put("KeyState", "Enabled");
        if (key.namesMaterial()) {
            metadata.put("CurrentKeyMaterialId", key.current().id());
        }
        return new Answer(200, Map.of("KeyMetadata", metadata));
    }

    private Answer encrypt(Key key, byte[] plaintext, Map<String, String> context) throws GeneralSecurityException {
        if (!beforeEncrypt.isEmpty()) {
            beforeEncrypt.remove().run();
        }
        Material material = key.current();
        byte[] iv = new byte[IV];
        new SecureRandom().nextBytes(iv);
        Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, material, iv, context);
        Blob blob = new Blob(key.arn(), material.id(), iv, cipher.doFinal(plaintext));
        return new Answer(200, Map.of("KeyId", key.arn(), "CiphertextBlob", base64(blob.bytes())));
    }

    private Answer decrypt(Key key, byte[] ciphertext, Map<String, String> context) {
        try {
            Blob blob = Blob.parse(ciphertext);
            if (keys.containsKey(blob.arn()) && !blob.arn().equals(key.arn())) {
                return Answer.refusal("IncorrectKeyException");
            }
            Material material = key.materials().stream()
                    .filter(one -> blob.arn().equals(key.arn()) && one.id().equals(blob.material()))
                    .findFirst()
                    .orElseThrow();
            byte[] plaintext = cipher(Cipher.DECRYPT_MODE, key, material, blob.iv(), context)
                    .doFinal(blob.sealed());
            return new Answer(
                    200, Map.of("KeyId", key.arn(), "KeyMaterialId", material.id(), "Plaintext", base64(plaintext)));
        } catch (GeneralSecurityException | RuntimeException changed) {
            return Answer.refusal("InvalidCiphertextException");
        }
    }

    private static Cipher cipher(int mode, Key key, Material material, byte[] iv, Map<String, String> context)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(material.bytes(), "AES"), new GCMParameterSpec(128, iv));
        cipher.updateAAD(JSON.writeValueAsBytes(List.of(key.arn(), material.id(), new TreeMap<>(context))));
        return cipher;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private record Answer(int status, Map<String, ?> members) {

        static Answer refusal(String code) {
            return new Answer(400, Map.of("__type", code));
        }
    }

    private record Key(String arn, String spec, String usage, boolean namesMaterial, List<Material> materials) {

        Material current() {
            return materials.get(materials.size() - 1);
        }
    }

    private record Material(String id, byte[] bytes) {

        static Material random() {
            byte[] id = new byte[32];
            byte[] bytes = new byte[32];
            new SecureRandom().nextBytes(id);
            new SecureRandom().nextBytes(bytes);
            return new Material(HexFormat.of().formatHex(id), bytes);
        }
    }

    private record Blob(String arn, String material, byte[] iv, byte[] sealed) {

        byte[] bytes() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (DataOutputStream out = new DataOutputStream(bytes)) {
                out.writeUTF(arn);
                out.writeUTF(material);
                out.write(iv);
                out.write(sealed);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        }

        static Blob parse(byte[] ciphertext) {
            ByteBuffer in = ByteBuffer.wrap(ciphertext);
            return new Blob(text(in), text(in), next(in, IV), next(in, in.remaining()));
        }

        private static String text(ByteBuffer in) {
            return new String(next(in, Short.toUnsignedInt(in.getShort())), StandardCharsets.UTF_8);
        }

        private static byte[] next(ByteBuffer in, int length) {
            byte[] bytes = new byte[length];
            in.get(bytes);
            return bytes;
        }
    }
}
