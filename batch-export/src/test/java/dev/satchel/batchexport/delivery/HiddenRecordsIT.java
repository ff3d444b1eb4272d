package dev.satchel.batchexport.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A policy that hides records from their own user makes no file that passes for complete. */
class HiddenRecordsIT {

    private static final String ANA = "11111111-1111-4111-8111-111111111111";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    @BeforeAll
    static void install() {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("INSERT INTO users (id, email) VALUES ('" + ANA + "', 'ana@example.org')");
        satchel.sql("INSERT INTO sessions (user_id, session_type) SELECT '" + ANA
                + "', 'mixed' FROM generate_series(1, 3)");
        satchel.sql("CREATE POLICY strong ON sessions AS RESTRICTIVE FOR ALL TO authenticated"
                + " USING (current_setting('request.jwt.claims')::jsonb ->> 'aal' = 'aal2')");
    }

    @BeforeEach
    void forget() {
        satchel.sql("DELETE FROM export_history");
        satchel.satchel("cleanup").succeeded();
    }

    private static Result run(String type, String accepted) {
        satchel.satchel("export", "request", "--user", ANA, "--type", type, "--format", "csv")
                .succeeded();
        Map<String, String> environment = satchel.environment();
        if (!accepted.isEmpty()) {
            environment.put("SATCHEL_EXPORT_ACCEPT_HIDDEN", accepted);
        }
        return Installation.satchel(environment, "export", "run");
    }

    @Test
    void theExportFailsWithACodeThatNamesTheTable() {
        Result result = run("all", "");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(satchel.value("SELECT status || ' ' || error_message FROM export_history"))
                .isEqualTo("failed records_hidden: row security hides 3 of 3 records of public.sessions from their own"
                        + " user, so that the file would be incomplete");
        assertThat(satchel.objects()).isEmpty();
    }

    @Test
    void anotherDatasetIsDelivered() {
        run("profile", "").succeeded();

        assertThat(satchel.value("SELECT status || ' ' || (data ? 'left_out')::text FROM export_history"))
                .isEqualTo("completed false");
    }

    @Test
    void theOperatorMayAcceptItAndTheManifestsSayHowMany() throws IOException {
        run("all", "sessions: only with a second factor").succeeded();

        assertThat(satchel.value("SELECT status || ' ' || (data -> 'left_out')::text FROM export_history"))
                .isEqualTo("completed [{\"table\": \"public.sessions\", \"reason\": \"only with a second factor\","
                        + " \"dataset\": \"sessions\", \"records\": 3}]");
        byte[] archive = satchel.object(satchel.value("SELECT file_url FROM export_history"));
        assertThat(entry(archive, "manifest.json"))
                .contains("\"left_out\":[{\"dataset\":\"sessions\",\"table\":\"public.sessions\",\"records\":3,"
                        + "\"reason\":\"only with a second factor\"}]");
        assertThat(entry(archive, "README.txt")).contains("3 records of public.sessions (only with a second factor)");
    }

    @Test
    void aSettingWithoutReasonOrOfAnUnknownDatasetIsRefused() {
        Result without = run("profile", "sessions");
        Result unknown = run("profile", "lessons: why not");

        assertThat(without.exit()).isEqualTo(2);
        assertThat(without.err()).contains("SATCHEL_EXPORT_ACCEPT_HIDDEN must name datasets, each with a reason");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err())
                .contains("SATCHEL_EXPORT_ACCEPT_HIDDEN names the dataset 'lessons', which does not exist: expected one"
                        + " of profile, settings, ");
    }

    private static String entry(byte[] archive, String name) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals(name)) {
                    return new String(zip.readAllBytes(), StandardCharsets.UTF_8);
                }
            }
        }
        throw new AssertionError("the archive has no " + name);
    }
}
