package dev.satchel.batchexport.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.TestS3;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.hash.RecordHasher;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs what the README and the pages beside it tell a reader to run, as it stands there. */
class ReadmeIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    /** A line of each block of commands or SQL, below its document, and who runs it. */
    private static final Map<String, Map<String, String>> BLOCKS = Map.of(
            "README.md",
            Map.of(
                    "./satchel demo", "theDemoShowsEveryTypeAndFormatAndAnExpiry",
                    "mvn verify", "what runs this test",
                    "./satchel migrate", "theCommandsForADatabaseOfOnesOwnWork",
                    "CREATE ROLE satchel_worker", "theCommandsForADatabaseOfOnesOwnWork",
                    "ID=$(./satchel export request", "theCommandsForADatabaseOfOnesOwnWork"),
            "SECURITY.md",
            Map.of("CREATE ROLE satchel_rotator", "theLoginsOfThePartsCanBeMade"),
            "docs/datasets.md",
            Map.of(
                    "satchel datasets propose", "anApplicationThatSatchelDoesNotKnowIsExported",
                    "SELECT sum(('x'", "theHashOfRecordsIsThatOfTheStatement"),
            "docs/keys.md",
            Map.of(
                    "./satchel keys init", "theCommandsForADatabaseOfOnesOwnWork",
                    "DELETE FROM public.user_api_keys", "theCommandsForADatabaseOfOnesOwnWork"),
            "docs/monitoring.md",
            Map.of("satchel export run --metrics-file", "theNightsWorkInS3"),
            "docs/operations.md",
            Map.of(
                    "tar -xzf satchel-VERSION.tar.gz", "DistributionIT",
                    "CREATE ROLE satchel_worker", "theLoginsOfThePartsCanBeMade",
                    "INSERT INTO satchel.export_limits", "theLoginsOfThePartsCanBeMade",
                    "10 2 * * * satchel", "theNightsWorkInS3",
                    "export SATCHEL_STORE=s3://", "theNightsWorkInS3",
                    "satchel export retry", "theCommandsForADatabaseOfOnesOwnWork"),
            "docs/progress.md",
            Map.of(
                    "INSERT INTO satchel.user_zone", "theCommandsForADatabaseOfOnesOwnWork",
                    "satchel progress reconcile", "theCommandsForADatabaseOfOnesOwnWork"));

    @TempDir
    Path folder;

    @Test
    void theCommandsForADatabaseOfOnesOwnWork() throws Exception {
        try (SampleDatabase database = SampleDatabase.createUnmigratedWithLearners()) {
            Map<String, String> values = new TreeMap<>();
            values.put("postgresql://owner:secret@localhost:5432/app", database.ownerUrl());
            values.put(
                    "postgresql://satchel_worker:secret@localhost:5432/app",
                    withUser(database, "satchel_readme", "secret"));
            values.put("file:///var/lib/satchel", folder.toUri().toString());
            values.put("CREATE ROLE satchel_worker", "CREATE ROLE satchel_readme");

            String migrated = Shell.run(folder, values, block("README.md", "./satchel migrate"));
            assertThat(migrated).contains("the schema is at version ");
            try (Connection owner = database.ownerDataSource().getConnection();
                    Statement statement = owner.createStatement()) {
                statement.execute("DROP ROLE IF EXISTS satchel_readme");
                statement.execute(Shell.filled(values, block("README.md", "CREATE ROLE satchel_worker")));
            }

            String exported = Shell.run(folder, values, block("README.md", "ID=$(./satchel export request"));

            assertThat(exported)
                    .contains("delivered 1 (", "failed 0", "\"status\" : \"completed\"", "\"export_type\" : \"all\"")
                    .contains("file:///", "removed 0 expired");
            try (var files = Files.walk(folder)) {
                assertThat(files.filter(file -> file.toString().endsWith(".zip")))
                        .hasSize(1);
            }
            values.put("file:/var/lib/satchel/kek.json", "file:" + folder.resolve("kek.json"));
            values.put("key.txt", folder.resolve("key.txt").toString());
            Files.writeString(folder.resolve("key.txt"), "sk-proj-readmereadme0123456789\n");
            String worker = "export DATABASE_URL=" + withUser(database, "satchel_readme", "secret") + "\n";

            assertThat(Shell.run(folder, values, worker + block("docs/keys.md", "./satchel keys init")))
                    .contains("openai     sk-proj…6789", "re-wrapped 1 data keys");
            try (Connection connection =
                            database.dataSource("satchel_readme", "secret").getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(block("docs/progress.md", "INSERT INTO satchel.user_zone"));
            }
            assertThat(Shell.run(
                            folder,
                            values,
                            worker + "export SATCHEL_STORE=" + folder.toUri() + "\n"
                                    + block("docs/progress.md", "satchel progress reconcile")
                                    + block("docs/operations.md", "satchel export retry")))
                    .contains("delivered 0 (");
            try (Connection owner = database.ownerDataSource().getConnection();
                    Statement statement = owner.createStatement()) {
                statement.execute(block("docs/keys.md", "DELETE FROM public.user_api_keys"));
                statement.execute("DROP ROLE satchel_readme");
            }
        }
    }

    @Test
    void theLoginsOfThePartsCanBeMade() throws Exception {
        try (SampleDatabase database = SampleDatabase.create();
                Connection owner = database.ownerDataSource().getConnection();
                Statement statement = owner.createStatement()) {
            owner.setAutoCommit(false);
            Map<String, String> names = Map.of("CREATE ROLE satchel_", "CREATE ROLE readme_");

            statement.execute(Shell.filled(names, block("SECURITY.md", "CREATE ROLE satchel_rotator")));
            statement.execute(Shell.filled(names, block("docs/operations.md", "CREATE ROLE satchel_worker")));
            statement.execute(block("docs/operations.md", "INSERT INTO satchel.export_limits"));

            owner.rollback();
        }
    }

    @Test
    void anApplicationThatSatchelDoesNotKnowIsExported() throws Exception {
        try (SampleDatabase database = SampleDatabase.create();
                InputStream shop = ReadmeIT.class.getResourceAsStream("/dev/satchel/batchexport/datasets/shop.sql");
                Connection owner = database.ownerDataSource().getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute(new String(shop.readAllBytes(), StandardCharsets.UTF_8));
            Path store = Files.createDirectory(folder.resolve("shop"));
            Map<String, String> values = Map.of(
                    "shop.yaml",
                    folder.resolve("shop.yaml").toString(),
                    "--user ID",
                    "--user aaaaaaaa-0000-4000-8000-000000000001");
            String script = "export DATABASE_URL=" + database.ownerUrl() + "\n"
                    + block("docs/datasets.md", "satchel datasets propose") + "export DATABASE_URL="
                    + database.workerUrl() + " SATCHEL_STORE=" + store.toUri() + "\nsatchel export run\n";

            String shown = Shell.run(folder, values, script);

            assertThat(shown).contains("delivered 1 (", "failed 0");
            assertThat(Files.readString(folder.resolve("shop.yaml"))).contains("name: orders");
        }
    }

    @Test
    void theHashOfRecordsIsThatOfTheStatement() throws Exception {
        try (SampleDatabase database = SampleDatabase.createWithLearners();
                Connection owner = database.ownerDataSource().getConnection();
                Statement statement = owner.createStatement()) {
            RecordHasher hasher = new RecordHasher();
            hasher.beginDataset(
                    new Dataset("profile", "", Set.of()),
                    List.of(new Column("id", Column.Type.UUID), new Column("full_name", Column.Type.TEXT)));
            try (ResultSet users = statement.executeQuery("SELECT id, full_name FROM public.users")) {
                while (users.next()) {
                    UUID id = users.getObject("id", UUID.class);
                    hasher.beginRecord();
                    hasher.uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
                    if (users.getString("full_name") == null) {
                        hasher.missing();
                    } else {
                        byte[] name = users.getString("full_name").getBytes(StandardCharsets.UTF_8);
                        hasher.text(name, 0, name.length);
                    }
                    hasher.endRecord();
                }
            }

            try (ResultSet sums = statement.executeQuery(block("docs/datasets.md", "SELECT sum(('x'"))) {
                sums.next();
                assertThat(HexFormat.of()
                                        .toHexDigits(sums.getBigDecimal("high")
                                                .toBigInteger()
                                                .longValue())
                                + HexFormat.of()
                                        .toHexDigits(sums.getBigDecimal("low")
                                                .toBigInteger()
                                                .longValue()))
                        .isEqualTo(hasher.hash().toString());
            }
        }
    }

    static List<String> documents() {
        return Documents.ofUsers();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyBlockOfCommandsIsRun(String document) {
        List<String> blocks = Documents.commands(document);
        Set<String> known = BLOCKS.getOrDefault(document, Map.of()).keySet();

        assertThat(blocks).hasSameSizeAs(known);
        for (String first : known) {
            assertThat(blocks)
                    .as(first)
                    .filteredOn(block -> block.lines().anyMatch(line -> line.startsWith(first)))
                    .hasSize(1);
        }
    }

    @Test
    void theNightsWorkInS3() throws Exception {
        try (SampleDatabase database = SampleDatabase.createWithLearners();
                TestS3 s3 = TestS3.start(folder.resolve("s3"))) {
            s3.createBucket("bucket");
            Map<String, String> values = new TreeMap<>();
            values.put("http://localhost:9000", s3.endpoint().toString());
            values.put("AWS_ACCESS_KEY_ID=…", "AWS_ACCESS_KEY_ID=" + s3.accessKey());
            values.put("AWS_SECRET_ACCESS_KEY=…", "AWS_SECRET_ACCESS_KEY=" + s3.secretKey());
            StringBuilder night = new StringBuilder("export DATABASE_URL=" + database.workerUrl() + "\n");
            night.append("export SATCHEL_KEK=file:" + folder.toRealPath().resolve("kek.json") + "\n");
            night.append("satchel keys init\n");
            night.append(block("docs/operations.md", "export SATCHEL_STORE=s3://"));
            block("docs/operations.md", "10 2 * * * satchel")
                    .lines()
                    // That of this test has satchel already.
                    .filter(line -> !line.startsWith("PATH="))
                    .map(line -> line.replaceFirst("^([\\d*]+ ){5}", ""))
                    .forEach(line -> night.append(line).append('\n'));
            values.put("/var/lib/node_exporter", folder.toString());
            night.append(block("docs/monitoring.md", "satchel export run --metrics-file"));

            String shown = Shell.run(folder, values, night.toString());

            assertThat(shown).containsPattern("delivered [1-9]").contains(", failed 0", "removed 0 expired");
            assertThat(folder.resolve("satchel.prom"))
                    .content()
                    .contains("satchel_exports_pending 0.0", "satchel_job=\"export_run\"", "satchel_job=\"cleanup\"");
            try (var client = s3.client()) {
                assertThat(client.listObjectsV2(list -> list.bucket("bucket")).contents())
                        .filteredOn(object -> object.key().endsWith(".zip"))
                        .isNotEmpty();
            }
        }
    }

    @Test
    void theDemoShowsEveryTypeAndFormatAndAnExpiry() throws Exception {
        String shown = Shell.run(folder, Map.of(), block("README.md", "./satchel demo"));

        assertThat(shown.lines()
                        .filter(line -> line.matches("[0-9a-f-]{36}  .* completed .*"))
                        .map(line -> line.split("  +")[2] + " " + line.split("  +")[3])
                        .distinct())
                .as("every type in every format, and everything as an archive")
                .hasSize(12 * 3 + 1);
        assertThat(shown.lines()
                        .filter(line -> line.contains(" sample learners "))
                        .findFirst()
                        .orElseThrow())
                .matches("== [2-9]\\d sample learners .*");
        assertThat(shown).contains("removed 1 expired", "objects of the S3 server are files below ");
    }

    private static String withUser(SampleDatabase database, String user, String password) {
        return database.workerUrl().replaceFirst("//[^@]+@", "//" + user + ":" + password + "@");
    }

    private static String block(String document, String line) {
        assertThat(BLOCKS.get(document)).containsKey(line);
        return Documents.commands(document).stream()
                .filter(block -> block.lines().anyMatch(each -> each.startsWith(line)))
                .findFirst()
                .orElseThrow();
    }
}
