package dev.satchel.batchexport.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.migrations.SampleDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListCommandIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @Test
    void saysWhenEachWasRequestedWhenItExpiresAndWhyItFailed() throws SQLException {
        try (SampleDatabase database = SampleDatabase.createWithLearners();
                Connection superuser = database.superuserDataSource().getConnection();
                Statement statement = superuser.createStatement()) {
            statement.execute("""
                    INSERT INTO public.export_history
                        (id, user_id, export_type, export_format, status, records_count, file_size_bytes, error_message,
                         retry_count, created_at, completed_at, expires_at)
                    VALUES
                        ('00000000-0000-4000-8000-000000000001', '920b1d59-7b90-dc01-a3c0-f3ddac750206', 'all', 'csv',
                         'failed', 0, NULL, 'invalid_request: no such format', 1,
                         '2026-03-01 08:00:00.25+00', NULL, NULL),
                        ('00000000-0000-4000-8000-000000000002', '920b1d59-7b90-dc01-a3c0-f3ddac750206', 'vocabulary', 'json',
                         'completed', 12, 3456, NULL, 0,
                         '2026-03-02 09:30:00.999999+05:45', '2026-03-02 09:31:00+00', '2026-03-09 09:31:00.5+00'),
                        ('00000000-0000-4000-8000-000000000003', '920b1d59-7b90-dc01-a3c0-f3ddac750206', 'qa', 'jsonl',
                         'pending', 0, NULL, NULL, 0, 'infinity', NULL, NULL)
                    """);

            String listed = Installation.satchel(Map.of("DATABASE_URL", database.workerUrl()), "export", "list")
                    .succeeded();

            assertThat(listed.lines().map(line -> line.replace(LEARNER, "U").replaceAll("  +", " | ")))
                    .containsExactly(
                            "ID | USER | TYPE | FORMAT | STATUS | RECORDS | BYTES | REQUESTED | EXPIRES | REASON",
                            "00000000-0000-4000-8000-000000000003 | U | qa | jsonl | pending | 0 | - |"
                                    + " +1000000000-01-01T17:59:59Z | - | -",
                            "00000000-0000-4000-8000-000000000002 | U | vocabulary | json | completed | 12 | 3456 |"
                                    + " 2026-03-02T03:45:00Z | 2026-03-09T09:31:00Z | -",
                            "00000000-0000-4000-8000-000000000001 | U | all | csv | failed | 0 | - |"
                                    + " 2026-03-01T08:00:00Z | - | invalid_request: no such format");
        }
    }
}
