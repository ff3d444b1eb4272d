package dev.satchel.batchexport.bench.export;

import dev.satchel.UserId;
import dev.satchel.batchexport.bench.export.peer.BatchToFile;
import dev.satchel.batchexport.bench.export.peer.CopyToNothing;
import dev.satchel.batchexport.bench.export.peer.CursorToNothing;
import dev.satchel.batchexport.bench.export.peer.ReadyUpload;
import dev.satchel.batchexport.bench.export.peer.UserQuery;
import dev.satchel.batchexport.bench.measure.Contestant;
import dev.satchel.batchexport.bench.measure.Report;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.s3.S3Options;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One user with many rows: Satchel in each format to each sink, and what that is compared with. */
final class LargeExport {

    static final String DATASET = BenchUsers.INTERACTIONS;

    static final String COPY_JSON = "copy-json";

    /** The first version of PostgreSQL that can do it. */
    static final int COPY_KNOWS_JSON = 190_000;

    /** An archive for which PostgreSQL computes no hash of the records. */
    static final String UNHASHED = "archive-unhashed";

    /** What of Satchel's is measured; a line more is one more contestant for each sink, with its ratios. */
    private static final List<Variant> VARIANTS = List.of(
            new Variant("csv", ExportFormat.CSV, Map.of(), "copy-csv", Report.Aim.atMost(0.65)),
            new Variant("json", ExportFormat.JSON, Map.of(), "row-to-json", Report.Aim.atMost(0.40)),
            new Variant("jsonl", ExportFormat.JSONL, Map.of(), "row-to-json", Report.Aim.atMost(0.40)),
            new Variant("csv-gzip", ExportFormat.CSV, Map.of("compress", "gzip"), "copy-csv", Report.Aim.NONE),
            new Variant("csv-zstd", ExportFormat.CSV, Map.of("compress", "zstd"), "copy-csv", Report.Aim.NONE),
            new Variant("archive", ExportFormat.ARCHIVE, Map.of(), "copy-csv", Report.Aim.NONE),
            new Variant(UNHASHED, ExportFormat.ARCHIVE, Map.of(), "copy-csv", Report.Aim.NONE));

    private static final List<String> PEERS =
            List.of("copy-csv", "row-to-json", COPY_JSON, "copy-binary", "cursor-csv", "batch-csv", "batch-json");

    private LargeExport() {}

    /**
     * A file as Satchel writes it.
     *
     * @param name the name in the table and for {@code --only}
     * @param options the filters and options of the request
     * @param copy the COPY that it is compared with
     * @param aim the ratio that is wanted
     */
    private record Variant(
            String name, ExportFormat format, Map<String, String> options, String copy, Report.Aim aim) {}

    /** What {@code --only} may name. */
    static List<String> names() {
        List<String> names = new ArrayList<>(formats());
        names.addAll(PEERS);
        return names;
    }

    static List<String> formats() {
        return VARIANTS.stream().map(Variant::name).toList();
    }

    /** What is asked for under one of the {@link #formats}. */
    static ExportRequest request(UserId user, ExportType type, String name) {
        Variant wanted = VARIANTS.stream()
                .filter(variant -> variant.name().equals(name))
                .findFirst()
                .orElseThrow();
        return new ExportRequest(user, type, wanted.format(), ExportFilters.of(wanted.options()));
    }

    /** @param only names of what to measure; everything if empty */
    static List<Contestant> contestants(
            SampleDatabase database,
            int serverNumber,
            UserId user,
            int rows,
            List<String> only,
            List<String> sinkNames,
            Sinks sinks)
            throws SQLException {
        Set<String> wanted = new LinkedHashSet<>(only.isEmpty() ? names() : only);
        VARIANTS.stream()
                .filter(variant -> wanted.contains(variant.name()))
                .forEach(variant -> wanted.add(variant.copy()));
        UserQuery query = UserQuery.of(database, user, DATASET);
        List<Contestant> all = new ArrayList<>(List.of(
                CopyToNothing.csv(query),
                CopyToNothing.rowToJson(query),
                CopyToNothing.binary(query),
                new CursorToNothing(query),
                BatchToFile.csv(query, sinks.folder()),
                BatchToFile.json(query, sinks.folder())));
        if (serverNumber >= COPY_KNOWS_JSON) {
            all.add(CopyToNothing.json(query));
        }
        all.removeIf(contestant -> !wanted.contains(contestant.name()));
        for (String sink : sinkNames) {
            Settings settings = new Settings(sinks.environment(sink, database.workerUrl()));
            for (Variant variant : VARIANTS) {
                if (wanted.contains(variant.name())) {
                    SatchelExport export = new SatchelExport(
                            variant.name(),
                            sink,
                            settings,
                            sinks.store(sink, settings),
                            request(user, settings.datasets().catalogue().type(DATASET), variant.name()));
                    all.add(export);
                    if (sink.equals(Sinks.S3)) {
                        all.add(new ReadyUpload(
                                "upload-" + variant.name(),
                                sinks.s3().client(),
                                S3ServerProcess.BUCKET,
                                rows,
                                S3Options.PARTS_IN_FLIGHT,
                                export::size));
                    }
                }
            }
        }
        return all;
    }

    /** The ratios that the README promises, and what else explains them. */
    static List<Report.Ratio> ratios() {
        List<Report.Ratio> ratios = new ArrayList<>();
        for (Variant variant : VARIANTS) {
            ratios.add(new Report.Ratio(
                    variant.name(),
                    Sinks.NOTHING,
                    variant.copy(),
                    Sinks.NOTHING,
                    variant.aim()));
            if (variant.format() != ExportFormat.CSV) {
                ratios.add(
                        new Report.Ratio(variant.name(), Sinks.NOTHING, COPY_JSON, Sinks.NOTHING, Report.Aim.NONE));
            }
        }
        // What nobody can fall below who reads the same rows over one connection.
        ratios.add(new Report.Ratio("copy-binary", Sinks.NOTHING, "copy-csv", Sinks.NOTHING, Report.Aim.NONE));
        ratios.add(new Report.Ratio("copy-binary", Sinks.NOTHING, "row-to-json", Sinks.NOTHING, Report.Aim.NONE));
        ratios.add(new Report.Ratio("batch-csv", Sinks.DIRECTORY, "copy-binary", Sinks.NOTHING, Report.Aim.NONE));
        ratios.add(new Report.Ratio("batch-json", Sinks.DIRECTORY, "copy-binary", Sinks.NOTHING, Report.Aim.NONE));
        ratios.add(new Report.Ratio("archive", Sinks.NOTHING, UNHASHED, Sinks.NOTHING, Report.Aim.atMost(1.10)));
        ratios.add(new Report.Ratio("cursor-csv", Sinks.NOTHING, "csv", Sinks.NOTHING, Report.Aim.NONE));
        // The writers of Spring Batch need a file, so that they are compared with both.
        for (String sink : List.of(Sinks.NOTHING, Sinks.DIRECTORY)) {
            // Both write a file only here.
            Report.Aim aim = sink.equals(Sinks.DIRECTORY) ? Report.Aim.atLeast(5) : Report.Aim.NONE;
            ratios.add(new Report.Ratio("batch-csv", Sinks.DIRECTORY, "csv", sink, aim));
            ratios.add(new Report.Ratio("batch-json", Sinks.DIRECTORY, "json", sink, aim));
        }
        for (Variant variant : VARIANTS) {
            String name = variant.name();
            ratios.add(new Report.Ratio(name, Sinks.DIRECTORY, name, Sinks.NOTHING, Report.Aim.atMost(1.15)));
            // 0.9 of the rate.
            // A compressed file is small; compressing it takes longer than sending it.
            Report.Aim aim = variant.options().isEmpty() ? Report.Aim.atMost(1 / 0.9) : Report.Aim.NONE;
            ratios.add(new Report.Ratio(name, Sinks.S3, "upload-" + name, Sinks.S3, aim));
        }
        return ratios;
    }
}
