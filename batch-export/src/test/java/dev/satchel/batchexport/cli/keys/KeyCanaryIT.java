package dev.satchel.batchexport.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Program;
import dev.satchel.batchexport.cli.SatchelCommand;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.provider.ProviderServers;
import dev.satchel.provider.ProviderServers.Reply;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import jdk.jfr.Event;
import jdk.jfr.Recording;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/**
 * No part of a key is found anywhere after it has been through everything, with every logger at its finest and a flight
 * recording of every process.
 */
class KeyCanaryIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    /** How every sealed key starts. */
    private static final String SEALED = "dk1.";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation installation;

    @AutoClose
    private static ProviderServers providers;

    @BeforeAll
    static void install() throws IOException {
        installation = Installation.withLearnersIn(Files.createDirectory(folder.resolve("s3")));
        providers = ProviderServers.in(Files.createDirectory(folder.resolve("providers")));
    }

    @Test
    void noPartOfAKeyIsFoundAfterEverything() throws Exception {
        String openai = random(48);
        String anthropic = random(90);
        String unsplash = random(43);
        Canaries canaries = Canaries.of(Map.of("openai", openai, "anthropic", anthropic, "unsplash", unsplash));
        Run run = new Run(Files.createDirectory(folder.resolve("run")));

        run.ended(0, run.satchel("", "keys", "init"));
        storeAsBefore("sk-proj-" + openai, "sk-ant-api03-" + anthropic);
        run.ended(0, run.adopt());
        List<Started> sets = List.of(
                run.set("openai", "sk-proj-" + openai + "\n"),
                run.set("anthropic", "sk-ant-api03-" + anthropic + "\r\n"));
        run.ended(0, sets.get(0));
        run.ended(0, sets.get(1));
        Started unsplashSet = run.set("unsplash", unsplash);
        run.ended(2, run.set("openai", "sk-ant-api03-" + anthropic));
        run.ended(0, unsplashSet);
        // As providers do, this one repeats what it was sent.
        providers.answer(question -> Reply.of(401, question.headers().toString()));
        run.ended(0, run.validate());
        assertThat(providers.asked())
                .hasSize(3)
                .anyMatch(asked -> asked.header("Authorization").endsWith(openai))
                .anyMatch(asked -> asked.header("x-api-key").endsWith(anthropic))
                .anyMatch(asked -> asked.header("Authorization").endsWith(unsplash));
        run.ended(0, run.session("sk-proj-" + openai + "\nsk-ant-api03-" + anthropic + "\n" + unsplash + "\n"));
        run.ended(0, run.commands("export run", "keys list --user " + LEARNER, "keys rotate --retire"));

        // The exported files are removed by the clean-up, and the sealed keys with the last of them.
        String tables = everyTable();
        Set<String> found = new TreeSet<>();
        found.addAll(canaries.in("a table", tables.getBytes(StandardCharsets.ISO_8859_1)));
        found.addAll(canaries.in(run.directory));
        List<String> exported = filesIn(run.store);
        installation.sql("UPDATE public.export_history SET expires_at = now() WHERE status = 'completed'");
        run.ended(0, run.commands("cleanup", "keys remove --user " + LEARNER));
        String recordings = run.recordings();
        found.addAll(canaries.in("a table afterwards", everyTable().getBytes(StandardCharsets.ISO_8859_1)));
        found.addAll(canaries.in(run.directory));
        found.addAll(canaries.in("a printed recording", recordings.getBytes(StandardCharsets.ISO_8859_1)));
        found.addAll(canaries.in("a process", run.processes.toString().getBytes(StandardCharsets.ISO_8859_1)));

        assertThat(found).isEmpty();
        assertEverythingWasThere(run, tables, exported, recordings);
    }

    /** One key in the clear and one in base64, where the migrations move the application's earlier table to. */
    private static void storeAsBefore(String openai, String anthropic) {
        installation.sql("CREATE TABLE satchel.adopted_user_api_keys"
                + " (id uuid, user_id uuid, openai_api_key text, unsplash_api_key text, anthropic_api_key text);"
                + " INSERT INTO satchel.adopted_user_api_keys VALUES (gen_random_uuid(), '" + LEARNER + "', '" + openai
                + "', NULL, encode(convert_to('" + anthropic + "', 'UTF8'), 'base64'))");
    }

    /** A search that looked at nothing would find nothing. */
    private static void assertEverythingWasThere(Run run, String tables, List<String> exported, String recordings)
            throws IOException {
        assertThat(missing(tables, "satchel.data_key", "satchel.batch_job_execution", "public.users"))
                .isEmpty();
        assertThat(missing(tables, "PGCOPY\n", "describe image", SEALED)).isEmpty();
        assertThat(exported)
                .anyMatch(file -> file.endsWith(".zip"))
                .anyMatch(file -> file.endsWith(".json"))
                .anyMatch(file -> file.endsWith(".jsonl"));
        String said = Files.readString(run.log, StandardCharsets.ISO_8859_1);
        assertThat(missing(said, "TRACE org.springframework", "FINEST: ", "FE=> Bind(", SEALED))
                .isEmpty();
        assertThat(missing(
                        said, "is no key of OpenAI", "cannot be reached", "not among those given", "cannot be opened"))
                .isEmpty();
        assertThat(missing(said, "sealed 2, superseded 0", "did not let the key list", "thread Thread["))
                .isEmpty();
        assertThat(missing(said, "the service did not answer to", "Full thread dump", "thread Thread["))
                .isEmpty();
        assertThat(missing(run.processes.toString(), "SATCHEL_KEK=file:", "KeyCanarySession", "--provider openai"))
                .isEmpty();
        assertThat(missing(recordings, "jdk.InitialEnvironmentVariable", "SATCHEL_KEK", "jdk.InitialSystemProperty"))
                .isEmpty();
        assertThat(missing(recordings, "jdk.ThreadStart", "KeyCanarySession")).isEmpty();
        assertThat(filesIn(run.directory))
                .anyMatch(file -> file.endsWith("kek.json"))
                .filteredOn(file -> file.endsWith(".jfr"))
                .hasSize(run.started);
    }

    private static List<String> missing(String text, String... parts) {
        return Stream.of(parts).filter(part -> !text.contains(part)).toList();
    }

    /** In each kind of place a key is found when it is there. */
    @Nested
    class TheSearch {

        private final String planted = random(40);
        private final Canaries canaries = Canaries.of(Map.of("planted", planted));

        @TempDir
        Path place;

        @Test
        void seesATable() throws Exception {
            installation.sql("CREATE SCHEMA planted; CREATE TABLE planted.plain AS SELECT 'sk-proj-" + planted
                    + "' AS key; CREATE TABLE planted.bytes AS SELECT convert_to('" + planted + "', 'UTF8') AS key");

            try {
                assertThat(canaries.in("tables", everyTable().getBytes(StandardCharsets.ISO_8859_1)))
                        .containsExactly("planted as hexadecimal in tables", "planted as text in tables");
            } finally {
                installation.sql("DROP SCHEMA planted CASCADE");
            }
        }

        @Test
        void seesALogAFileAndWhatIsPacked() throws Exception {
            Files.writeString(place.resolve("satchel.log"), "TRACE o.p.c FE=> Bind($1=<" + planted + ">)\n");
            try (var zip = new ZipOutputStream(Files.newOutputStream(place.resolve("all.zip")))) {
                zip.putNextEntry(new ZipEntry("api_keys.csv"));
                zip.write(planted.getBytes(StandardCharsets.US_ASCII));
            }
            try (var gzip = new GZIPOutputStream(Files.newOutputStream(place.resolve("all.jsonl.gz")))) {
                gzip.write(planted.getBytes(StandardCharsets.US_ASCII));
            }

            assertThat(canaries.in(place))
                    .containsExactly(
                            "planted as text in " + place + "/all.jsonl.gz!",
                            "planted as text in " + place + "/all.zip!api_keys.csv",
                            "planted as text in " + place + "/satchel.log");
        }

        @Test
        void seesARecording() throws Exception {
            Path recorded = place.resolve("planted.jfr");
            try (Recording recording = new Recording()) {
                recording.enable(Planted.class);
                recording.start();
                Planted event = new Planted();
                event.key = "key " + planted;
                event.commit();
                recording.stop();
                recording.dump(recorded);
            }

            assertThat(canaries.in(place)).containsExactly("planted as text in " + recorded);
            assertThat(canaries.in("print", printed(recorded).getBytes(StandardCharsets.ISO_8859_1)))
                    .containsExactly("planted as text in print");
        }

        @Test
        void seesTheNameOfAThreadInARecording() throws Exception {
            Path recorded = place.resolve("planted.jfr");
            try (Recording recording = new Recording()) {
                recording.enable("jdk.ThreadStart");
                recording.start();
                Thread thread = new Thread(() -> {}, "for " + planted);
                thread.start();
                thread.join();
                recording.stop();
                recording.dump(recorded);
            }

            assertThat(canaries.in(place)).containsExactly("planted as text in " + recorded);
        }

        @Test
        void seesTheArgumentsAndTheEnvironmentOfAProcess() throws Exception {
            ProcessBuilder argument = new ProcessBuilder("sh", "-c", "read line", "sh", planted);
            ProcessBuilder variable = new ProcessBuilder("sh", "-c", "read line");
            variable.environment().put("PLANTED", planted);

            for (ProcessBuilder builder : List.of(argument, variable)) {
                Process process = builder.start();
                String seen = described(process);
                process.getOutputStream().close();
                assertThat(canaries.in("a process", seen.getBytes(StandardCharsets.ISO_8859_1)))
                        .containsExactly("planted as text in a process");
            }
        }
    }

    /** An event that says too much. */
    static final class Planted extends Event {

        String key = "";
    }

    /** Runs each of the commands that it is given, until one fails. */
    static final class Commands {

        private Commands() {}

        public static void main(String[] commands) {
            int exit = 0;
            for (int i = 0; i < commands.length && exit == 0; i++) {
                exit = SatchelCommand.run(Console.ofProcess(), commands[i].split(" ", -1));
            }
            System.exit(exit);
        }
    }

    /** A process and what the test knows of it. */
    private record Started(Process process, String what) {}

    /** The processes of one run, and everything they leave behind. */
    private static final class Run {

        private final Path directory;
        private final Path log;
        private final Path store;
        private final Path logback;
        private final Path logging;
        private final StringBuilder processes = new StringBuilder();
        private int started;

        Run(Path directory) throws IOException {
            this.directory = directory;
            this.log = directory.resolve("satchel.log");
            this.store = Files.createDirectory(directory.resolve("store"));
            this.logback = Files.writeString(directory.resolve("logback.xml"), """
                    <configuration>
                      <appender name="stderr" class="ch.qos.logback.core.ConsoleAppender">
                        <target>System.err</target>
                        <encoder>
                          <pattern>%d [%thread] %level %logger %msg %kvp %mdc%n%ex{full}</pattern>
                        </encoder>
                      </appender>
                      <root level="TRACE">
                        <appender-ref ref="stderr"/>
                      </root>
                    </configuration>
                    """);
            this.logging = Files.writeString(directory.resolve("logging.properties"), """
                    handlers=java.util.logging.ConsoleHandler
                    .level=ALL
                    java.util.logging.ConsoleHandler.level=ALL
                    """);
        }

        Started set(String provider, String key) throws IOException {
            return satchel(key, "keys", "set", "--user", LEARNER, "--provider", provider, "--stacktrace");
        }

        Started satchel(String in, String... arguments) throws IOException {
            return given(in, installation.start(environment(), options(), log, arguments), String.join(" ", arguments));
        }

        Started adopt() throws IOException {
            Map<String, String> owner = environment();
            owner.put("DATABASE_URL", installation.database().ownerUrl());
            return given("", installation.start(owner, options(), log, "keys", "adopt", "--stacktrace"), "keys adopt");
        }

        Started validate() throws IOException {
            List<String> options = new ArrayList<>(options());
            options.add("-Dhttps.proxyHost=127.0.0.1");
            options.add("-Dhttps.proxyPort=" + providers.proxyPort());
            options.add("-Djavax.net.ssl.trustStore=" + providers.trustStore());
            options.add("-Djavax.net.ssl.trustStorePassword=" + providers.trustStorePassword());
            return given(
                    "",
                    installation.start(
                            environment(), options, log, "keys", "validate", "--user", LEARNER, "--stacktrace"),
                    "keys validate");
        }

        /** Starts {@link KeyCanarySession}. */
        Started session(String in) throws IOException {
            return fromTheTests(
                    in, KeyCanarySession.class, LEARNER, installation.database().ownerUrl(), directory.toString());
        }

        /** Runs commands to which no key is given, one after the other in one process. */
        Started commands(String... commands) throws IOException {
            return fromTheTests("", Commands.class, commands);
        }

        private Started fromTheTests(String in, Class<?> main, String... arguments) throws IOException {
            Path target = Path.of("target");
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add(Installation.SHORT_LIVED);
            command.addAll(options());
            command.add("-cp");
            command.add(String.join(
                    File.pathSeparator,
                    target.resolve("test-classes").toString(),
                    target.resolve("classes").toString(),
                    Files.readString(target.resolve("launcher/test.classpath")).strip()));
            command.add(main.getName());
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(installation.environment());
            builder.environment().putAll(environment());
            return given(in, builder.start(), main.getSimpleName() + " " + String.join(", ", arguments));
        }

        private Started given(String in, Process process, String what) throws IOException {
            processes.append(described(process)).append('\n');
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(in.getBytes(StandardCharsets.US_ASCII));
            }
            return new Started(process, what);
        }

        void ended(int exit, Started started) throws InterruptedException, IOException {
            int ended = Installation.ended(started.process());
            assertThat(ended).as(() -> started.what() + ":\n" + lastLines()).isEqualTo(exit);
        }

        private String lastLines() {
            try {
                List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
                        .filter(line -> line.matches("(satchel: |\\$ satchel |').*"))
                        .toList();
                return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
            } catch (IOException unreadable) {
                return unreadable.toString();
            }
        }

        private Map<String, String> environment() {
            started++;
            Map<String, String> environment = new TreeMap<>();
            environment.put("SATCHEL_KEK", "file:" + directory.resolve("kek.json"));
            environment.put("SATCHEL_STORE", "file://" + store);
            environment.put("SATCHEL_LOG_LEVEL", "TRACE");
            environment.put(
                    "JAVA_TOOL_OPTIONS",
                    "-XX:StartFlightRecording=settings=profile,filename="
                            + directory.resolve("recording-" + started + ".jfr"));
            return environment;
        }

        private List<String> options() {
            return List.of(
                    Program.WITHOUT_ARCHIVE,
                    // With the collector that Java chooses.
                    "-XX:-UseSerialGC",
                    "-Dlogback.configurationFile=" + logback,
                    "-Djava.util.logging.config.file=" + logging);
        }

        /** All recordings, printed as one: a recording is a sequence of chunks. */
        String recordings() throws IOException, InterruptedException {
            Path all = folder.resolve("all.jfr");
            try (OutputStream together =
                    Files.newOutputStream(all, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING)) {
                for (int i = 1; i <= started; i++) {
                    Files.copy(directory.resolve("recording-" + i + ".jfr"), together);
                }
            }
            return printed(all);
        }
    }

    /** What others on the machine may see of a process: its arguments, and for its owner the environment. */
    private static String described(Process process) throws IOException {
        StringBuilder seen = new StringBuilder(process.info().toString());
        for (String what : List.of("cmdline", "environ")) {
            Path file = Path.of("/proc", Long.toString(process.pid()), what);
            if (Files.isReadable(file)) {
                seen.append('\n')
                        .append(Files.readString(file, StandardCharsets.ISO_8859_1)
                                .replace('\0', ' '));
            }
        }
        return seen.toString();
    }

    private static String printed(Path recording) throws IOException, InterruptedException {
        Process jfr = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jfr").toString(),
                        "-J" + Installation.SHORT_LIVED,
                        "print",
                        // Prints every value whole; the other form trips over the frames of hidden classes on JDK 17.
                        "--json",
                        "--stack-depth",
                        "5",
                        recording.toString())
                .redirectErrorStream(true)
                .start();
        String printed = new String(jfr.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(jfr.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(jfr.exitValue()).as(() -> printed).isZero();
        return printed;
    }

    private static String random(int length) {
        String characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        SecureRandom random = new SecureRandom();
        StringBuilder text = new StringBuilder("Q");
        while (text.length() < length) {
            text.append(characters.charAt(random.nextInt(characters.length())));
        }
        return text.toString();
    }

    private static List<String> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).map(Path::toString).toList();
        }
    }

    /** Every table of every schema, as text and as PostgreSQL stores the values. */
    private static String everyTable() throws SQLException, IOException {
        var content = new ByteArrayOutputStream();
        try (Connection connection =
                        installation.database().superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (var rows = statement.executeQuery("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                    + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
            for (String table : tables) {
                for (String format : List.of("text", "binary")) {
                    content.writeBytes(("\n" + table + "\n").getBytes(StandardCharsets.UTF_8));
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut("COPY " + table + " TO STDOUT (FORMAT " + format + ")", content);
                }
            }
        }
        return content.toString(StandardCharsets.ISO_8859_1);
    }
}
