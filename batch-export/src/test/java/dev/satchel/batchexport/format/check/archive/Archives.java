package dev.satchel.batchexport.format.check.archive;

import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.Column.Type;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Archives of users whose values are as hard as they get. */
final class Archives {

    static final List<Column> PROFILE = List.of(new Column("id", Type.UUID), new Column("full_name", Type.TEXT));
    static final List<Column> HARD = List.of(
            new Column("id", Type.UUID),
            new Column("text", Type.TEXT),
            new Column("json", Type.JSON),
            new Column("number", Type.DECIMAL),
            new Column("count", Type.INTEGER),
            new Column("started_at", Type.INSTANT),
            new Column("ended_at", Type.INSTANT),
            new Column("day", Type.DATE),
            new Column("good", Type.BOOLEAN));

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "a,b;\"c\"",
            "one\r\ntwo\n\tfour",
            "=1+1",
            "'=1",
            "'",
            "''",
            "-5",
            "a;=b|'c",
            "\t=x",
            "😀 ñ",
            "\\N",
            "null",
            "\uFF1D1",
            "\"",
            "a\u0001b",
            "]",
            "},");
    private static final List<String> JSONS = List.of(
            "{\"a\": 1.50, \"b\": [1, 2e400]}",
            "[]",
            "\"=x\"",
            "\"\\u003dx\"",
            "null",
            " null\n",
            "\"null\"",
            "-0.0",
            "true",
            "{\n  \"=\": \"-\\\\u003d\",\r\n \"x\": \"\\\"\"}",
            "\"'a\"",
            "[\"+1\", \"\uFF20\", \"a,@b\"]");
    private static final List<String> NUMBERS = List.of("0", "-12.50", "0.00", "9".repeat(40) + ".1", "1000000");
    private static final List<Long> MOMENTS = List.of(
            0L,
            1_766_000_000_123_456L,
            -62_135_596_800_000_001L,
            253_402_300_800_000_000L,
            9_223_371_331_200_000_000L - 1,
            -210_866_803_200_000_000L,
            1_766_000_000_000_000L);
    private static final List<Long> DAYS = List.of(0L, 20_000L, -719_163L, 2_932_897L, 2_145_042_904L, -2_440_588L);

    private Archives() {}

    /** An archive of a user of whom everything follows from the seed. */
    static byte[] of(int seed, CsvOptions options) throws IOException {
        Random random = new Random(seed);
        return Written.archive(
                        Written.request(LearningTypes.ALL, ExportFormat.ARCHIVE, ExportFilters.NONE),
                        options,
                        ZoneId.of("America/St_Johns"))
                .dataset(LearningDatasets.PROFILE, PROFILE, new Object[][] {{id(random), "Ana " + seed}})
                .dataset(LearningDatasets.SESSIONS, HARD, records(random, 12))
                .dataset(LearningDatasets.DESCRIPTIONS, HARD, records(random, 40))
                .dataset(LearningDatasets.QA, HARD)
                .finish(LearningDatasets.ANALYTICS);
    }

    private static UUID id(Random random) {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private static Object[][] records(Random random, int count) {
        Object[][] records = new Object[count][];
        for (int index = 0; index < count; index++) {
            records[index] = new Object[] {
                id(random),
                any(random, TEXTS),
                any(random, JSONS),
                random.nextInt(8) == 0 ? any(random, List.of(NonFinite.values())) : any(random, NUMBERS),
                random.nextInt(5) == 0 ? null : random.nextLong(),
                any(random, MOMENTS),
                random.nextInt(5) == 0 ? NonFinite.INFINITY : any(random, MOMENTS),
                random.nextInt(9) == 0 ? NonFinite.NEGATIVE_INFINITY : any(random, DAYS),
                random.nextInt(3) == 0 ? null : random.nextBoolean()
            };
        }
        return records;
    }

    private static Object any(Random random, List<?> values) {
        int index = random.nextInt(values.size() + 1);
        return index == values.size() ? null : values.get(index);
    }

    static ArchiveVerification.Result verify(byte[] zip) throws IOException {
        Path path = Files.createTempFile("archive", ".zip");
        try {
            Files.write(path, zip);
            try (FileChannel file = FileChannel.open(path)) {
                return ArchiveVerification.verify(file);
            }
        } finally {
            Files.delete(path);
        }
    }
}
