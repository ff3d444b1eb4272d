package dev.satchel.batchexport.format.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.NpmProject;
import dev.satchel.batchexport.NpmProject.Result;
import dev.satchel.batchexport.format.Written;
import dev.satchel.record.Column;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The library of Frictionless for JavaScript reads an archive's tables with their types. Where npm is installed, as
 * {@code TypescriptTypesWithNpm}.
 */
class ArchiveWithNpm {

    private static final Path PROJECT = Path.of("target/frictionless");

    private static NpmProject npm;

    @TempDir
    private Path folder;

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        npm = NpmProject.installed(Path.of("src/test/frictionless"), PROJECT);
    }

    @Test
    void itsTablesHaveTheTypesThatItsDescriptionSays() throws IOException, InterruptedException {
        unpack();

        Result result = check();

        assertThat(result.output())
                .contains("qa: 3 rows of 15\n")
                // The library reads moments without a zone as those of the process, which runs in UTC.
                .contains("[true,1,1.5,\"00000000-0000-0001-0000-000000000002\",\"'=1+1\",{},"
                        + "\"1970-01-01T00:00:00.000Z\",\"1970-01-01T05:30:00.000Z\"")
                .contains("profile: 0 rows of 1\n");
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    @Test
    void aValueOfAnotherTypeIsFound() throws IOException, InterruptedException {
        unpack();
        Path csv = folder.resolve("data/csv/qa.csv");
        Files.writeString(csv, Files.readString(csv).replace("1970-01-01 05:30:00", "1970-01-01T05:30"));

        Result result = check();

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).contains("problem: qa: ", "\"1970-01-01T05:30\"", "\"datetime\"");
    }

    private Result check() throws IOException, InterruptedException {
        return npm.run(List.of("env", "TZ=UTC", "node", "check.js", folder.toString()), 60);
    }

    private void unpack() throws IOException {
        List<Column> columns = new ArrayList<>();
        for (Column.Type type : Column.Type.values()) {
            columns.add(new Column(type.name().toLowerCase(Locale.ROOT), type));
        }
        columns.add(new Column("list", Column.Type.JSON));
        columns.add(new Column("mixed", Column.Type.JSON));
        columns.add(new Column("infinite", Column.Type.DECIMAL));
        columns.add(new Column("forever", Column.Type.INSTANT));
        columns.add(new Column("long", Column.Type.INTEGER));
        Bag bag = Bag.of(Written.archive(LearningTypes.ALL, ArchiveSettings.DEFAULT, ZoneId.of("Asia/Kolkata"))
                .dataset(LearningDatasets.PROFILE, List.of(new Column("id", Column.Type.UUID)))
                .dataset(
                        LearningDatasets.QA,
                        columns,
                        new Object[] {
                            true,
                            1L,
                            "1.5",
                            new UUID(1, 2),
                            "=1+1",
                            "{}",
                            0L,
                            0L,
                            "[\"=1\"]",
                            "[1]",
                            "1",
                            NonFinite.INFINITY,
                            Long.MAX_VALUE
                        },
                        new Object[] {
                            false,
                            -9_007_199_254_740_991L,
                            "-0.000001",
                            new UUID(0, 0),
                            "a\"b,\r\nc",
                            "{\"a\":\"-1\"}",
                            951_782_400_123_456L,
                            -719_000L,
                            "[]",
                            "{}",
                            NonFinite.NAN,
                            0L,
                            1L
                        },
                        new Object[13])
                .finish());
        for (Map.Entry<String, byte[]> file : bag.files().entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.resolveSibling(""));
            Files.write(path, file.getValue());
        }
    }
}
