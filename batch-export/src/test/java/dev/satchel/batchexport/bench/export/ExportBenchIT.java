package dev.satchel.batchexport.bench.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.bench.Bench;
import dev.satchel.batchexport.terminal.Console;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The benchmark with numbers that say nothing about speed, so that it can be run when somebody wants to know. */
class ExportBenchIT {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void comparesAnExportWithItsPeersInEverySink() {
        comparesWithPeers("--only", "csv,json,jsonl,csv-zstd,copy-binary,cursor-csv,batch-csv,batch-json");
    }

    /** The archives too, which take most of the time. */
    @Tag("matrix")
    @Test
    void comparesEverythingInEverySink() {
        comparesWithPeers();

        assertThat(out.toString()).containsPattern("(?m)^archive-unhashed +s3 ");
    }

    private void comparesWithPeers(String... more) {
        int exit = bench(Stream.concat(
                        Stream.of("--rounds", "1", "--rows", "345", "--sink", "nothing,directory,s3"), Stream.of(more))
                .toArray(String[]::new));

        assertThat(exit).as(out + "" + err).isZero();
        assertThat(out.toString())
                .containsPattern("^commit .*, PostgreSQL .* processors")
                .containsPattern("(?m)^copy-csv +nothing +[0-9.]+ +[0-9.]+–[0-9.]+ +[0-9,]+ ")
                .containsPattern("(?m)^row-to-json +nothing ")
                .containsPattern("(?m)^copy-binary +nothing ")
                .containsPattern("(?m)^cursor-csv +nothing ")
                .containsPattern("(?m)^batch-csv +directory ")
                .containsPattern("(?m)^batch-json +directory ")
                .containsPattern("(?m)^csv +s3 ")
                .containsPattern("(?m)^upload-jsonl +s3 ")
                .containsPattern("(?m)^csv to nothing +takes .* × of copy-csv .* aim at most 0.65 ×: (met|missed)$")
                .containsPattern("(?m)^jsonl to nothing +takes .* × of row-to-json .* aim at most 0.40 ×")
                .containsPattern("(?m)^batch-csv to directory +takes .* × of csv to directory .* aim at least 5.00 ×")
                .containsPattern("(?m)^csv-zstd to nothing +takes .* × of copy-csv ")
                .containsPattern("(?m)^json to directory +takes .* × of json to nothing .* aim at most 1.15 ×")
                .containsPattern("(?m)^csv to s3 +takes .* × of upload-csv to s3 .* aim at most 1.11 ×");
    }

    @Test
    void printsEachMeasurementAsALineOfJson() {
        int exit = bench("--rounds", "2", "--rows", "321", "--only", "csv", "--json");

        assertThat(exit).as(out + "" + err).isZero();
        List<JsonNode> records =
                out.toString().lines().map(new JsonMapper()::readTree).toList();
        assertThat(records)
                .extracting(measured -> measured.get("round").asInt() + " "
                        + measured.get("contestant").asString())
                .containsExactlyInAnyOrder("1 copy-csv", "1 csv", "2 copy-csv", "2 csv");
        assertThat(records).allSatisfy(measured -> {
            assertThat(measured.get("rows").asInt()).isEqualTo(321);
            assertThat(measured.get("seconds").asDouble()).isPositive();
            assertThat(measured.get("client_cpu_seconds").asDouble()).isNotNegative();
            assertThat(measured.propertyNames())
                    .contains(
                            "bytes",
                            "sink",
                            "server_cpu_seconds",
                            "commit",
                            "dirty",
                            "jvm",
                            "server",
                            "cpu",
                            "processors");
        });
        assertThat(err.toString()).containsPattern("(?m)^csv to nothing +takes ");
    }

    @Tag("matrix")
    @Test
    void comparesManySmallExportsWithAJobForEach() {
        int exit = bench("--small", "--rounds", "1", "--users", "5", "--records", "7");

        assertThat(exit).as(out + "" + err).isZero();
        assertThat(out.toString())
                .containsPattern("(?m)^export-run +directory ")
                .containsPattern("(?m)^export-run to directory +[0-9.]+ exports/s")
                .containsPattern("(?m)^batch-jobs to directory +[0-9.]+ exports/s")
                .containsPattern("(?m)^export-run to directory +takes .* × of copy-each to nothing")
                .containsPattern("(?m)^batch-jobs to directory +takes .* × of export-run .* aim at least 10.00 ×")
                .contains("exports/s from the first claim to the last completion");
    }

    @Tag("matrix")
    @Test
    void comparesManySmallExportsWithTenTimesAsMany() {
        int exit = bench("--small", "--rounds", "1", "--users", "5", "--records", "7", "--tenfold");

        assertThat(exit).as(out + "" + err).isZero();
        assertThat(out.toString()).containsPattern("(?m)^10 × the users take .* aim at most 10.50 ×: (met|missed)$");
    }

    @Tag("matrix")
    @Test
    void showsTheMemoryOfAWorker() {
        int exit = bench("--memory", "--rows", "400", "--only", "csv", "--sink", "directory");

        assertThat(exit).as(out + "" + err).isZero();
        assertThat(out.toString()).containsPattern("(?m)^csv +directory +([0-9.]+ +[0-9.]+ +[-+][0-9.]+%|delivered)");
    }

    /** Starts a dozen programs. */
    @Test
    @Tag("matrix")
    void comparesAnExportInPartsWithTheWhole() {
        int exit = bench("--parts", "2", "--rows", "3000", "--rounds", "1", "--index", "brin (timestamp)");

        assertThat(exit).as(out + "" + err).isZero();
        assertThat(out.toString())
                .containsPattern("(?m)^whole +directory +")
                .containsPattern("(?m)^parts +takes [0-9.]+ × of the processor time of whole  aim at most 1.10 ×: ")
                .containsPattern("(?m)^parts-of-three takes [0-9.]+ × of the processor time of whole  aim ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rounds 0 | --rounds must be at least 1, was 0",
                "--rows -5 | --rows must be at least 1, was -5",
                "--only xml | --only must be one of csv, json, jsonl, csv-gzip, csv-zstd, archive,"
                        + " archive-unhashed, copy-csv, row-to-json, copy-json,"
                        + " copy-binary, cursor-csv, batch-csv, batch-json, was 'xml'",
                "--sink ftp | --sink must be one of nothing, directory, s3, was 'ftp'",
                "--small --sink nothing | --sink must be one of directory, s3, was 'nothing'",
                "--small --memory | --small and --memory exclude each other",
                "--small --only csv | --only is not for --small, which measures 'export run'",
                "--memory --only copy-csv | --only must be one of csv, json, jsonl, csv-gzip, csv-zstd, archive,"
                        + " archive-unhashed, was 'copy-csv'",
                "--tenfold | --tenfold needs --small",
                "--parts 1 | --parts must be at least 2, was 1",
                "--parts 3 --small | --parts excludes --small and --memory",
                "--parts 3 --only csv | --only is not for --parts, which measures 'export run'",
                "--small --index btree(id) | --index is not for --small and --memory",
                "--memory --json | --json is not for --memory, which measures no rounds",
            })
    void refusesWhatItCannotMeasure(String arguments, String message) {
        assertThat(bench(arguments.split(" ", -1))).isEqualTo(2);

        assertThat(err.toString()).contains(message);
        assertThat(out.toString()).isEmpty();
    }

    private int bench(String... arguments) {
        return Bench.run(
                new Console(
                        Map.of(),
                        InputStream.nullInputStream(),
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        false),
                Stream.concat(Stream.of("export"), Stream.of(arguments)).toArray(String[]::new));
    }
}
