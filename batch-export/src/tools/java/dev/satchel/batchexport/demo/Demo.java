package dev.satchel.batchexport.demo;

import dev.satchel.batchexport.TestS3;
import dev.satchel.batchexport.cli.SatchelCommand;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.migrations.SampleDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * {@code satchel demo}: the main job on real parts that this process starts and ends, an embedded PostgreSQL and an S3
 * server that keeps its objects in a folder.
 *
 * <p>Every step is a command as an operator would type it, and a step that does not end as it should ends the demo with
 * 1. The worker logs in as a member of {@code satchel_runtime}, which owns nothing.
 */
public final class Demo {

    private static final List<String> TYPES = List.of(
            "profile",
            "settings",
            "sessions",
            "vocabulary",
            "descriptions",
            "qa",
            "interactions",
            "analytics",
            "progress",
            "exports",
            "api_keys",
            "all");
    private static final List<String> FORMATS = List.of("csv", "json", "jsonl");

    private final Map<String, String> environment = new TreeMap<>();
    private final SampleDatabase database;
    private final PrintWriter out;

    /** What the next command reads from standard input. */
    private String given = "";

    private Demo(SampleDatabase database, PrintWriter out) {
        this.database = database;
        this.out = out;
    }

    private static final String FORUM = """
            CREATE TABLE public.users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
            CREATE TABLE public.topics (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                opened_by uuid NOT NULL REFERENCES public.users ON DELETE CASCADE,
                title text NOT NULL);
            CREATE TABLE public.posts (
                topic bigint NOT NULL REFERENCES public.topics ON DELETE CASCADE,
                number integer NOT NULL,
                author uuid NOT NULL REFERENCES public.users ON DELETE CASCADE,
                posted_at timestamptz NOT NULL DEFAULT now(),
                body text NOT NULL,
                PRIMARY KEY (topic, number));
            CREATE INDEX ON public.topics (opened_by);
            CREATE INDEX ON public.posts (author);
            INSERT INTO public.users (name) VALUES ('Ana'), ('Ben');
            INSERT INTO public.topics (opened_by, title) SELECT id, name || ' asks' FROM public.users;
            INSERT INTO public.posts (topic, number, author, body)
            SELECT topics.id, 1, users.id, users.name || ' answers' FROM public.topics, public.users
             WHERE opened_by <> users.id;
            """;

    // After migrate, which makes the role "authenticated" and auth.uid() where the server has none.
    private static final String FORUM_RIGHTS = """
            ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
            ALTER TABLE public.topics ENABLE ROW LEVEL SECURITY;
            ALTER TABLE public.posts ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON public.users FOR SELECT TO authenticated USING (id = auth.uid());
            CREATE POLICY own ON public.topics FOR SELECT TO authenticated USING (opened_by = auth.uid());
            CREATE POLICY own ON public.posts FOR SELECT TO authenticated USING (author = auth.uid());
            GRANT SELECT ON public.users, public.topics, public.posts TO authenticated;
            """;

    /** Runs the demo, and returns its exit code. {@code folder} is for the objects, and emptied first. */
    static int run(Path folder, PrintWriter out) throws IOException, SQLException {
        empty(folder);
        try (SampleDatabase database = SampleDatabase.createUnmigrated().withLearners();
                TestS3 s3 = TestS3.start(folder)) {
            return new Demo(database, out).run(s3, folder);
        } catch (StepFailed failed) {
            out.println("the demo stopped: " + failed.getMessage());
            return 1;
        }
    }

    private int run(TestS3 s3, Path folder) throws SQLException, IOException {
        s3.createBucket("satchel-demo");
        environment.put("DATABASE_URL", database.ownerUrl());
        environment.put("SATCHEL_STORE", "s3://satchel-demo/exports");
        environment.put("SATCHEL_S3_ENDPOINT", s3.endpoint().toString());
        environment.put("AWS_ACCESS_KEY_ID", s3.accessKey());
        environment.put("AWS_SECRET_ACCESS_KEY", s3.secretKey());
        environment.put("AWS_REGION", "us-east-1");

        title("Satchel's tables join the application's");
        satchel("migrate");
        database.ensureWorker();
        environment.put("DATABASE_URL", database.workerUrl());

        List<String> learners = learners();
        title("Their progress was counted from the sessions they had");
        satchel("progress", "show", "--user", learners.get(0));
        satchel("progress", "reconcile");

        Path kek = Files.createTempDirectory("satchel-demo").resolve("kek.json");
        environment.put("SATCHEL_KEK", "file:" + kek);
        title("Three of them entrust a key, which is sealed, masked, and re-wrapped by a rotation");
        satchel("keys", "init");
        for (String learner : learners.subList(0, 3)) {
            // Made up: no service knows it.
            given = "sk-proj-demo" + UUID.randomUUID().toString().replace("-", "");
            satchel("keys", "set", "--user", learner, "--provider", "openai");
        }
        given = "";
        satchel("keys", "list", "--user", learners.get(0));
        satchel("keys", "rotate", "--retire");
        satchel("keys", "list", "--user", learners.get(0));
        Files.delete(kek);
        // What a rotation locks by.
        Files.deleteIfExists(kek.resolveSibling("kek.json.lock"));
        Files.delete(kek.resolveSibling(""));

        title(learners.size() + " sample learners ask for their data");
        satchel("export", "request", "--all-users", "--type", "all", "--format", "csv");
        for (String type : TYPES) {
            for (String format : FORMATS) {
                quietly("export", "request", "--user", learners.get(0), "--type", type, "--format", format);
            }
        }
        quietly("export", "request", "--user", learners.get(0), "--type", "all", "--format", "archive");
        out.println("(and " + learners.get(0) + " asks for every type in every format, and for everything as an archive)");

        title("A worker delivers what waits");
        satchel("export", "run", "--concurrency", "2");
        satchel("export", "list", "--limit", "100");
        check(
                "every export is completed",
                count("SELECT count(*) FROM export_history WHERE status <> 'completed'") == 0);

        title("One of them, with its manifest and a link");
        String everything =
                text("SELECT id FROM export_history WHERE export_type = 'all' ORDER BY created_at, id LIMIT 1");
        satchel("export", "show", everything);
        satchel("export", "link", everything);

        title("An export that expires at once, and the clean-up");
        String brief = quietly(
                        "export",
                        "request",
                        "--user",
                        learners.get(1),
                        "--type",
                        "vocabulary",
                        "--format",
                        "json",
                        "--phase",
                        "mastered")
                .strip();
        environment.put("SATCHEL_EXPORT_RETENTION", "1s");
        satchel("export", "run");
        environment.remove("SATCHEL_EXPORT_RETENTION");
        long before = objects(folder);
        waitUntilExpired(brief);
        satchel("cleanup");
        satchel("export", "show", brief);
        check("its object is gone", objects(folder) == before - 1);
        check(
                "its row stays and has no file",
                count("SELECT count(*) FROM export_history WHERE file_url IS NULL") == 1);

        forum(folder);

        title("Where to look");
        out.println(objects(folder) + " objects of the S3 server are files below "
                + folder.toAbsolutePath().normalize());
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).sorted().limit(3).forEach(file -> out.println("  " + file.normalize()));
        }
        return 0;
    }

    private void forum(Path folder) throws SQLException, IOException {
        title("Another application, which Satchel has never seen: a forum");
        Path datasets = Files.createTempFile("satchel-demo", ".yaml");
        try (SampleDatabase forum = SampleDatabase.createEmpty()) {
            execute(forum, FORUM);
            environment.put("DATABASE_URL", forum.ownerUrl());
            satchel("migrate");
            forum.ensureWorker();
            execute(forum, FORUM_RIGHTS);

            String draft = quietly("datasets", "propose");
            Files.writeString(datasets, draft);
            environment.put("SATCHEL_DATASETS", datasets.toString());
            out.println("$ satchel datasets propose > forum.yaml");
            out.println("(" + draft.lines().count() + " lines)");
            satchel("datasets", "check");

            environment.put("DATABASE_URL", forum.workerUrl());
            environment.put("SATCHEL_STORE", "s3://satchel-demo/forum");
            long before = objects(folder);
            satchel("export", "request", "--all-users", "--type", "all", "--format", "json");
            satchel("export", "run");
            satchel("export", "list");
            // The first export puts the mark of the store beside its file.
            check("each user of the forum has a file", objects(folder) == before + 3);
        } finally {
            Files.delete(datasets);
            environment.remove("SATCHEL_DATASETS");
        }
    }

    private static void execute(SampleDatabase database, String sql) throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> learners() throws SQLException {
        List<String> ids = new ArrayList<>();
        try (Connection connection = database.ownerDataSource().getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT id FROM users ORDER BY created_at, id");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    private void waitUntilExpired(String export) throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT pg_sleep_until(expires_at) FROM export_history WHERE id = CAST(? AS uuid)")) {
            statement.setString(1, export);
            statement.execute();
        }
    }

    private long count(String query) throws SQLException {
        return Long.parseLong(text(query));
    }

    private String text(String query) throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    private static long objects(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    private void title(String text) {
        out.println();
        out.println("== " + text);
    }

    private void satchel(String... arguments) {
        out.println("$ satchel " + String.join(" ", arguments));
        out.print(quietly(arguments));
    }

    private String quietly(String... arguments) {
        StringWriter results = new StringWriter();
        PrintWriter errors = new PrintWriter(System.err, true);
        int exit = SatchelCommand.run(
                new Console(
                        Map.copyOf(environment),
                        new ByteArrayInputStream(given.getBytes(StandardCharsets.US_ASCII)),
                        new PrintWriter(results, true),
                        errors,
                        false),
                arguments);
        check("'satchel " + String.join(" ", arguments) + "' ends with 0", exit == 0);
        return results.toString();
    }

    private static void check(String what, boolean holds) {
        if (!holds) {
            throw new StepFailed("it does not hold that " + what);
        }
    }

    private static void empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(folder);
    }

    private static final class StepFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StepFailed(String message) {
            super(message);
        }
    }
}
