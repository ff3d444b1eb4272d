package dev.satchel.batchexport.format.compress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Failure;
import dev.satchel.record.Column;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.filter.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CompressedFilesTest {

    private static final List<Column> COLUMNS =
            List.of(new Column("word", Column.Type.TEXT), new Column("seen", Column.Type.INTEGER));

    record Kind(ExportFormat format, Compression compression) {}

    static Stream<Kind> kinds() {
        return Arrays.stream(ExportFormat.values())
                .filter(format -> format != ExportFormat.ARCHIVE)
                .flatMap(format ->
                        Arrays.stream(Compression.values()).map(compression -> new Kind(format, compression)));
    }

    private static ExportRequest request(ExportFormat format, ExportFilters filters) {
        return Written.request(LearningTypes.QA, format, filters);
    }

    private static ExportFilters compress(Compression compression) {
        return ExportFilters.of(Map.of("compress", compression.code()));
    }

    private static byte[] file(ExportRequest request) throws IOException {
        Object[][] records = new Object[20_000][];
        for (int number = 0; number < records.length; number++) {
            records[number] = new Object[] {"ğ😀 word " + number * 31 % 977, (long) number};
        }
        return Written.file(request, CsvOptions.DEFAULT)
                .dataset(LearningDatasets.QA, COLUMNS, records)
                .finish();
    }

    private static InputStream opened(Compression compression, byte[] file) throws IOException {
        InputStream bytes = new ByteArrayInputStream(file);
        return switch (compression) {
            case GZIP -> new GZIPInputStream(bytes);
            case ZSTD -> new ZstdInputStream(bytes);
        };
    }

    @ParameterizedTest
    @EnumSource
    void areNoArchives(Compression compression) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request(ExportFormat.ARCHIVE, compress(compression)))
                .withMessage(
                        "an archive is a ZIP, which is compressed already: leave out 'compress', or choose the format"
                                + " json or jsonl");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void holdTheFileThatWasNotCompressed(Kind kind) throws IOException {
        byte[] plain = file(request(kind.format(), ExportFilters.NONE));

        byte[] file = file(request(kind.format(), compress(kind.compression())));

        try (InputStream opened = opened(kind.compression(), file)) {
            String content = new String(opened.readAllBytes(), UTF_8);
            // A document says what was asked for.
            assertThat(content.replace("\"compress\":\"" + kind.compression().code() + "\"", ""))
                    .isEqualTo(new String(plain, UTF_8));
        }
        assertThat(file.length).isLessThan(plain.length / 2);
    }

    @ParameterizedTest
    @EnumSource
    void areTheSameBytesEachTime(Compression compression) throws IOException {
        ExportRequest request = request(ExportFormat.CSV, compress(compression));

        assertThat(file(request)).isEqualTo(file(request));
    }

    @Test
    void haveNoTimeNoNameAndNoSystemInTheHeaderOfGzip() throws IOException {
        byte[] file = file(request(ExportFormat.CSV, compress(Compression.GZIP)));

        assertThat(Arrays.copyOf(file, 10)).containsExactly(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
    }

    @Test
    void haveTheFlagOfAChecksumInTheHeaderOfZstd() throws IOException {
        byte[] file = file(request(ExportFormat.CSV, compress(Compression.ZSTD)));

        assertThat(file[4] & 0b100).isEqualTo(0b100);
    }

    @ParameterizedTest
    @EnumSource
    void showThatTheyWereDamaged(Compression compression) throws IOException {
        byte[] file = file(request(ExportFormat.CSV, compress(compression)));
        // The checksum of the content is at the end.
        file[file.length - (compression == Compression.GZIP ? 5 : 1)] ^= 1;

        assertThatThrownBy(() -> {
                    try (InputStream opened = opened(compression, file)) {
                        opened.readAllBytes();
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "CSV, GZIP, csv.gz, application/gzip",
        "CSV, ZSTD, csv.zst, application/zstd",
        "JSON, GZIP, json.gz, application/gzip",
        "JSONL, ZSTD, jsonl.zst, application/zstd"
    })
    void haveTheNameAndTypeOfTheCompressedFile(
            ExportFormat format, Compression compression, String extension, String contentType) {
        StandardFileFormats formats = new StandardFileFormats(CsvOptions.DEFAULT);
        ExportRequest request = request(format, compress(compression));

        assertThat(formats.extension(request)).isEqualTo(extension);
        assertThat(formats.contentType(request)).isEqualTo(contentType);
    }

    @ParameterizedTest
    @EnumSource
    void leaveTheEndOfTheStreamToTheCaller(Compression compression) throws IOException {
        boolean[] closed = new boolean[1];
        var out = new ByteArrayOutputStream() {
            @Override
            public void close() {
                closed[0] = true;
            }
        };
        var writer =
                new StandardFileFormats(CsvOptions.DEFAULT).open(request(ExportFormat.CSV, compress(compression)), out);
        writer.beginDataset(LearningDatasets.QA, COLUMNS);
        writer.endDataset();
        writer.finish(Written.snapshot());

        assertThat(closed[0]).isFalse();
        assertThat(out.size()).isPositive();
    }

    @Test
    void waitForTheOperatorWhereTheLibraryCannotBeLoaded() throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=/no/such/directory",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutLibrary.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(program.getInputStream().readAllBytes(), UTF_8);

        assertThat(program.waitFor()).as(said).isZero();
        assertThat(said)
                .contains("OPERATOR worker_misconfigured: the worker cannot load the library for zstd: give it a"
                        + " directory for temporary files that it may write to and run libraries from")
                .endsWith("twice the same, and gzip works\n");
    }

    /** A program of its own, because a library that was loaded stays. */
    static final class WithoutLibrary {

        public static void main(String[] args) throws IOException {
            Failure first = failure();
            System.out.print(first.code().verdict() + " " + first.message() + "\n");
            file(request(ExportFormat.CSV, compress(Compression.GZIP)));
            System.out.print(first.equals(failure()) ? "twice the same, and gzip works\n" : "another failure\n");
        }

        private static Failure failure() {
            try {
                file(request(ExportFormat.CSV, compress(Compression.ZSTD)));
                throw new AssertionError("the library was loaded");
            } catch (IOException failed) {
                return new KnownFailures().diagnose(failed);
            }
        }
    }
}
