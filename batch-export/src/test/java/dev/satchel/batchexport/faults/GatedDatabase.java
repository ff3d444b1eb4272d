package dev.satchel.batchexport.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.faults.Gate.Kind;
import dev.satchel.batchexport.faults.Gate.Verdict;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Passes the connections of PostgreSQL clients on, and asks a {@link Gate} before each round trip: what a client sends
 * until it waits for an answer. PostgreSQL executes the statements of a round trip in one transaction, so they succeed or
 * fail together.
 *
 * <p>What is refused is answered by the server, which is sent a statement that fails instead. The login is passed on as it
 * is, without TLS.
 */
final class GatedDatabase implements AutoCloseable {

    /** Of a server that is short of memory: passes by itself, and leaves the session in use. */
    private static final String FAILURE =
            "DO $failure$ BEGIN RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END $failure$";

    private static final int ENCRYPTION_BY_TLS = 80877103;
    private static final int ENCRYPTION_BY_GSS = 80877104;
    private static final int CANCEL = 80877102;

    /** The requests for authentication that the client answers. */
    private static final Set<Integer> ANSWERED = Set.of(3, 5, 10, 11);

    private final URI server;
    private final Gate gate;
    private final Clockwork clockwork;
    private final UnaryOperator<String> change;
    private final ServerSocket entry;
    private final ExecutorService threads = Executors.newCachedThreadPool(GatedDatabase::daemon);
    private final Set<Link> links = ConcurrentHashMap.newKeySet();

    /** Used by the thread that accepts. */
    private int connections;

    private GatedDatabase(
            URI server, Gate gate, Clockwork clockwork, UnaryOperator<String> change, ServerSocket entry) {
        this.server = server;
        this.gate = gate;
        this.clockwork = clockwork;
        this.change = change;
        this.entry = entry;
    }

    /** Tells which statements a clock triggers. One object sees all statements of a process. */
    @FunctionalInterface
    interface Clockwork {

        /** @param connection the how many-th of the process it is */
        boolean triggers(int connection, String sql);
    }

    /**
     * Begins to listen.
     *
     * @param url of the server
     * @param change is given each statement, and returns what the server is sent instead
     */
    static GatedDatabase before(String url, Gate gate, Clockwork clockwork, UnaryOperator<String> change)
            throws IOException {
        ServerSocket entry = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        GatedDatabase database = new GatedDatabase(URI.create(url), gate, clockwork, change, entry);
        gate.onKill(database::cut);
        database.threads.execute(database::accept);
        return database;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "gated-database");
        thread.setDaemon(true);
        return thread;
    }

    /** The URL under which the server is reached through this. */
    String url() {
        return server.toString().replaceFirst("@[^/]+/", "@127.0.0.1:" + entry.getLocalPort() + "/");
    }

    private void accept() {
        while (!entry.isClosed()) {
            try {
                Socket client = entry.accept();
                client.setTcpNoDelay(true);
                Link link = new Link(client, ++connections);
                links.add(link);
                threads.execute(link::run);
            } catch (IOException closed) {
                continue;
            }
        }
    }

    // As the kernel does for a process that is gone. A request that was handed over before goes on to the server.
    private void cut() {
        try {
            entry.close();
        } catch (IOException closed) {
            // It is closed all the same.
        }
        links.forEach(Link::cut);
    }

    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException closed) {
            return;
        }
    }

    @Override
    public void close() {
        cut();
        links.forEach(Link::end);
        threads.shutdownNow();
    }

    /** A message of the protocol; type 0 is that of the messages without a type, which begin a connection. */
    private record Message(int type, byte[] body) {

        static Message read(DataInputStream in, boolean typed) throws IOException {
            int type = typed ? in.readUnsignedByte() : 0;
            int length = in.readInt();
            byte[] body = in.readNBytes(length - Integer.BYTES);
            if (body.length < length - Integer.BYTES) {
                throw new IOException("the connection ended within a message");
            }
            return new Message(type, body);
        }

        static Message query(String sql) {
            return new Message('Q', (sql + "\0").getBytes(UTF_8));
        }

        void write(DataOutputStream out) throws IOException {
            if (type != 0) {
                out.writeByte(type);
            }
            out.writeInt(body.length + Integer.BYTES);
            out.write(body);
        }

        int code() {
            return ByteBuffer.wrap(body).getInt();
        }

        String[] texts(int count) {
            return new String(body, UTF_8).split("\0", count + 1);
        }
    }

    /** What a client sends until it waits, and the statements in it. */
    private record RoundTrip(List<Message> messages, List<String> statements, int answers, boolean last) {

        String text() {
            return statements.stream()
                    .map(sql -> sql.strip().replaceAll("\\s+", " "))
                    .collect(Collectors.joining(" | "));
        }

        boolean begins() {
            return statements.stream().anyMatch("BEGIN"::equals);
        }

        boolean rollsBack() {
            return statements.equals(List.of("ROLLBACK"));
        }

        boolean onlyAsksForLife() {
            return statements.stream().allMatch(String::isBlank);
        }

        /** The same, failing: the server is given one statement that fails, after what begins the transaction. */
        List<Message> failing() {
            if (!begins()) {
                return List.of(Message.query(FAILURE));
            }
            return answers > 1
                    ? List.of(Message.query("BEGIN"), Message.query(FAILURE))
                    : List.of(Message.query("BEGIN; " + FAILURE));
        }
    }

    private final class Link {

        private final Socket client;
        private final int number;
        private final Socket service;
        private final DataInputStream fromClient;
        private final DataOutputStream toClient;
        private final DataInputStream fromService;
        private final DataOutputStream toService;
        private final Map<String, String> prepared = new HashMap<>();
        private volatile boolean underWay;

        Link(Socket client, int number) throws IOException {
            this.client = client;
            this.number = number;
            this.service = new Socket(server.getHost(), server.getPort());
            service.setTcpNoDelay(true);
            fromClient = new DataInputStream(new BufferedInputStream(client.getInputStream(), 1 << 16));
            toClient = new DataOutputStream(new BufferedOutputStream(client.getOutputStream(), 1 << 16));
            fromService = new DataInputStream(new BufferedInputStream(service.getInputStream(), 1 << 16));
            toService = new DataOutputStream(new BufferedOutputStream(service.getOutputStream(), 1 << 16));
        }

        void run() {
            try {
                if (begin()) {
                    boolean goesOn = true;
                    while (goesOn) {
                        RoundTrip next = read();
                        goesOn = next.last() ? forward(next.messages(), 0, false) : serve(next);
                    }
                }
            } catch (IOException ended) {
                // By the client, the server or the death of the process.
            } finally {
                end();
            }
        }

        /** Ends the connection of a dead process; what is under way to the server stays so. */
        void cut() {
            reset(client);
            if (!underWay) {
                reset(service);
            }
        }

        void end() {
            links.remove(this);
            reset(client);
            reset(service);
        }

        private boolean begin() throws IOException {
            Message start = Message.read(fromClient, false);
            while (start.code() == ENCRYPTION_BY_TLS || start.code() == ENCRYPTION_BY_GSS) {
                toClient.writeByte('N');
                toClient.flush();
                start = Message.read(fromClient, false);
            }
            start.write(toService);
            toService.flush();
            if (start.code() == CANCEL) {
                fromService.read();
                return false;
            }
            while (true) {
                Message answer = Message.read(fromService, true);
                answer.write(toClient);
                toClient.flush();
                if (answer.type() == 'Z') {
                    return true;
                }
                if (answer.type() == 'R' && ANSWERED.contains(answer.code())) {
                    Message.read(fromClient, true).write(toService);
                    toService.flush();
                }
            }
        }

        private RoundTrip read() throws IOException {
            List<Message> messages = new ArrayList<>();
            List<String> statements = new ArrayList<>();
            String bound = "";
            int answers = 0;
            while (true) {
                Message message = Message.read(fromClient, true);
                String[] texts;
                switch (message.type()) {
                    case 'P' -> {
                        texts = message.texts(2);
                        prepared.put(texts[0], texts[1]);
                        message = changed(message, texts);
                    }
                    case 'B' -> {
                        texts = message.texts(2);
                        bound = prepared.getOrDefault(texts[1], "");
                    }
                    case 'E' -> statements.add(bound);
                    case 'Q' -> {
                        texts = message.texts(1);
                        statements.add(texts[0]);
                        answers++;
                    }
                    case 'S' -> answers++;
                    default -> {}
                }
                messages.add(message);
                // The driver sends the start of a transaction together with the first statement.
                boolean begins = message.type() == 'Q' && statements.equals(List.of("BEGIN"));
                if (message.type() == 'S' || message.type() == 'X' || (message.type() == 'Q' && !begins)) {
                    return new RoundTrip(messages, statements, answers, message.type() == 'X');
                }
            }
        }

        private Message changed(Message parse, String[] texts) throws IOException {
            String sql = change.apply(texts[1]);
            if (sql.equals(texts[1])) {
                return parse;
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.write((texts[0] + "\0" + sql + "\0").getBytes(UTF_8));
            int types = (texts[0] + "\0" + texts[1] + "\0").getBytes(UTF_8).length;
            body.write(parse.body(), types, parse.body().length - types);
            return new Message('P', body.toByteArray());
        }

        private boolean serve(RoundTrip trip) throws IOException {
            String text = trip.text();
            boolean numbered = !trip.onlyAsksForLife() && !clockwork.triggers(number, text);
            underWay = true;
            Verdict verdict = gate.arrive(Kind.SQL, text, numbered);
            try {
                return switch (verdict) {
                    case PASS -> forward(trip.messages(), trip.answers(), true);
                    case STILL_FAILING ->
                        trip.rollsBack() || trip.onlyAsksForLife()
                                ? forward(trip.messages(), trip.answers(), true)
                                : forward(trip.failing(), trip.answers(), true);
                    case FAIL -> !trip.rollsBack() && forward(trip.failing(), trip.answers(), true);
                    case LOSE_ANSWER -> {
                        forward(trip.messages(), trip.answers(), false);
                        yield false;
                    }
                    case DIE_AFTERWARDS -> {
                        forward(trip.messages(), trip.answers(), false);
                        gate.kill();
                        yield false;
                    }
                    case ARRIVE_LATE -> {
                        try {
                            forward(trip.messages(), trip.answers(), false);
                        } finally {
                            gate.arrived();
                        }
                        yield false;
                    }
                    case DEAD -> false;
                };
            } finally {
                underWay = false;
            }
        }

        /** Sends messages to the server, waits for so many answers, and hands them over or not. */
        private boolean forward(List<Message> messages, int answers, boolean handedOver) throws IOException {
            for (Message message : messages) {
                message.write(toService);
            }
            toService.flush();
            int left = answers;
            while (left > 0) {
                Message answer = Message.read(fromService, true);
                left -= answer.type() == 'Z' ? 1 : 0;
                if (handedOver) {
                    answer.write(toClient);
                    if (left == 0 || fromService.available() == 0) {
                        toClient.flush();
                    }
                }
            }
            return answers > 0;
        }
    }
}
