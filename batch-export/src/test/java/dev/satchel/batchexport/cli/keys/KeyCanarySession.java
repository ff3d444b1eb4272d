package dev.satchel.batchexport.cli.keys;

import dev.satchel.UserId;
import dev.satchel.batchexport.cli.SatchelCommand;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.database.DatabaseUrl;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What the keys of one user can go through in one process: every command that may meet them, every way to fail, a service
 * that uses them and stumbles, and a look at all threads while a key is open.
 *
 * <p>The keys arrive on standard input, a line each for OpenAI, Anthropic and Unsplash. A step that ends otherwise than
 * it should ends the process with 1.
 */
final class KeyCanarySession {

    private static final String NOBODY = "00000000-0000-4000-8000-000000000000";

    private final Map<String, String> environment = new TreeMap<>(System.getenv());
    private final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    private final PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    private final String learner;

    private KeyCanarySession(String learner) {
        this.learner = learner;
    }

    /** The arguments are the user's id, the owner's URL of the database, and a directory for files. */
    public static void main(String[] args) throws Exception {
        String[] keys = new String(System.in.readAllBytes(), StandardCharsets.US_ASCII).split("\n");
        try {
            new KeyCanarySession(args[0]).run(keys[0], keys[1], keys[2], args[1], Path.of(args[2]));
        } catch (StepFailed failed) {
            System.err.println(failed.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private void run(String openai, String anthropic, String unsplash, String owner, Path directory) throws Exception {
        satchel(0, "", "keys list --user " + learner);
        satchel(0, "", "keys list --json --user " + learner);
        refuseWhatIsNoKey(openai, anthropic, unsplash);
        satchel(0, "", "keys rotate");
        satchel(0, "", "keys rotate --dry-run");
        failOnTheWay(openai, owner, directory);
        useAndStumble();
        export();
        satchel(0, "", "progress show --user " + learner);
        satchel(0, "", "progress show --json --user " + learner);
        satchel(0, "", "progress reconcile");
        with("DATABASE_URL", owner, 0, "", "migrate");
        with("DATABASE_URL", owner, 0, "", "verify");
        satchel(0, openai, "keys set --user " + learner + " --provider openai");
        satchel(0, "", "export request --user " + learner + " --type all --format json");
    }

    private void refuseWhatIsNoKey(String openai, String anthropic, String unsplash) {
        String set = "keys set --stacktrace --user " + learner + " --provider ";
        satchel(2, openai + "!", set + "openai");
        satchel(2, " " + openai, set + "openai");
        satchel(2, openai.substring(0, 30) + "\n" + openai.substring(30), set + "openai");
        satchel(2, openai.repeat(1 + 1024 / openai.length()), set + "openai");
        satchel(2, "key=" + openai, set + "openai");
        satchel(2, openai + "é", set + "openai");
        satchel(2, anthropic, set + "openai");
        satchel(2, openai, set + "anthropic");
        satchel(2, unsplash, set + "anthropic");
        satchel(2, unsplash, set + "pexels");
        satchel(1, openai, "keys set --stacktrace --user " + NOBODY + " --provider openai");
    }

    private void failOnTheWay(String openai, String owner, Path directory) throws SQLException {
        String set = "keys set --stacktrace --provider openai --user " + learner;
        String list = "keys list --stacktrace --user " + learner;
        with("DATABASE_URL", "postgresql://ana:secret@127.0.0.1:1/app", 1, openai, set);
        String another = "file:" + directory.resolve("another.json");
        with("SATCHEL_KEK", another, 0, "", "keys init");
        with("SATCHEL_KEK", another, 1, "", list);
        with("SATCHEL_KEK", "file:" + directory.resolve("none.json"), 1, openai, set);
        flipABit(owner);
        satchel(1, "", list);
        flipABit(owner);
        satchel(0, "", list);
    }

    private void flipABit(String owner) throws SQLException {
        try (Connection connection = new Database(DatabaseUrl.of(Map.of(DatabaseUrl.SETTING, owner)))
                        .plain()
                        .getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE satchel.data_key SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1)");
        }
    }

    private void useAndStumble() throws SQLException, IOException, InterruptedException {
        UserKeys keys = Kek.userKeys(console(""));
        for (Provider provider : Provider.values()) {
            try {
                keys.use(new UserId(UUID.fromString(learner)), provider, new Purpose("describe image"), key -> {
                    showThreads();
                    throw new IOException("the service did not answer to " + key);
                });
                throw new StepFailed("the failure of a use was lost");
            } catch (IOException expected) {
                expected.printStackTrace(err);
            }
        }
    }

    private void showThreads() throws IOException {
        Thread.getAllStackTraces()
                .forEach((thread, trace) -> out.println(
                        "thread " + thread + " of " + thread.getThreadGroup() + " " + Arrays.toString(trace)));
        try {
            int exit = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jstack")
                                    .toString(),
                            "-l",
                            Long.toString(ProcessHandle.current().pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            check("jstack", 0, exit);
        } catch (InterruptedException interrupted) {
            throw new StepFailed("jstack was interrupted");
        }
    }

    private void export() {
        String request = "export request --user " + learner + " --type ";
        satchel(0, "", request + "api_keys --format csv");
        with("SATCHEL_STORE", "file:///nowhere/at/all", 1, "", "export run");
        for (String format : new String[] {"csv", "json", "jsonl"}) {
            satchel(0, "", request + "api_keys --format " + format);
            satchel(0, "", request + "all --format " + format);
        }
        satchel(0, "", "export run");
        String id = satchel(0, "", "export list --user " + learner + " --json")
                .replaceFirst("(?s).*?\"id\" ?: ?\"([-0-9a-f]{36})\".*", "$1");
        satchel(0, "", "export list");
        satchel(0, "", "export show " + id);
        satchel(0, "", "export link " + id);
        satchel(0, "", "export verify " + id);
    }

    private void with(String name, String value, int exit, String in, String call) {
        String before = environment.put(name, value);
        satchel(exit, in, call);
        if (before == null) {
            environment.remove(name);
        } else {
            environment.put(name, before);
        }
    }

    private String satchel(int exit, String in, String call) {
        out.println("$ satchel " + call);
        StringWriter said = new StringWriter();
        Console given = console(in);
        int ended = SatchelCommand.run(
                new Console(given.environment(), given.in(), new PrintWriter(said, true), err, false), call.split(" "));
        out.print(said);
        out.flush();
        check(call, exit, ended);
        return said.toString();
    }

    private Console console(String in) {
        return new Console(environment, new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), out, err, false);
    }

    private static void check(String what, int expected, int exit) {
        if (exit != expected) {
            throw new StepFailed("'" + what + "' ended with " + exit + " and not " + expected);
        }
    }

    private static final class StepFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StepFailed(String message) {
            super(message);
        }
    }
}
