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
import dev.satchel.migrations.SampleDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One user with many rows: Satchel in each format to each sink, and what that is compared with. */
final class LargeExport {

    static final String DATASET = "interactions";

    /** What of Satchel's can be measured, each with the COPY that it is compared with. */
    private static final Map<String, String> FORMATS =
            new TreeMap<>(Map.of("csv", "copy-csv", "json", "row-to-json", "jsonl", "row-to-json"));

    private static final List<String> PEERS =
            List.of("copy-csv", "row-to-json", "copy-json", "copy-binary", "cursor-csv", "batch-csv", "batch-json");

    private static final int COPY_KNOWS_JSON = 190_000;

    private LargeExport() {}

    /** What {@code --only} may name. */
    static List<String> names() {
        List<String> names = new ArrayList<>(FORMATS.keySet());
        names.addAll(PEERS);
        return names;
    }

    static List<String> formats() {
        return List.copyOf(FORMATS.keySet());
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
        FORMATS.forEach((format, copy) -> {
            if (wanted.contains(format)) {
                wanted.add(copy);
            }
        });
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
            for (String format : FORMATS.keySet()) {
                if (wanted.contains(format)) {
                    SatchelExport export =
                            new SatchelExport(format, sink, settings, sinks.store(sink, settings), user, DATASET);
                    all.add(export);
                    if (sink.equals(Sinks.S3)) {
                        all.add(new ReadyUpload(
                                "upload-" + format, sinks.s3().client(), S3ServerProcess.BUCKET, rows, export::size));
                    }
                }
            }
        }
        return all;
    }

    /** The ratios that the README promises, and what else explains them. */
    static List<Report.Ratio> ratios() {
        List<Report.Ratio> ratios = new ArrayList<>();
        for (String format : FORMATS.keySet()) {
            ratios.add(new Report.Ratio(
                    format,
                    Sinks.NOTHING,
                    FORMATS.get(format),
                    Sinks.NOTHING,
                    Report.Aim.atMost(format.equals("csv") ? 0.65 : 0.40)));
            ratios.add(new Report.Ratio(format, Sinks.NOTHING, "copy-json", Sinks.NOTHING, Report.Aim.NONE));
        }
        ratios.add(new Report.Ratio("csv", Sinks.NOTHING, "copy-binary", Sinks.NOTHING, Report.Aim.NONE));
        ratios.add(new Report.Ratio("cursor-csv", Sinks.NOTHING, "csv", Sinks.NOTHING, Report.Aim.NONE));
        // The writers of Spring Batch need a file, so that they are compared with both.
        for (String sink : List.of(Sinks.NOTHING, Sinks.DIRECTORY)) {
            ratios.add(new Report.Ratio("batch-csv", Sinks.DIRECTORY, "csv", sink, Report.Aim.atLeast(5)));
            ratios.add(new Report.Ratio("batch-json", Sinks.DIRECTORY, "json", sink, Report.Aim.atLeast(5)));
        }
        for (String format : FORMATS.keySet()) {
            ratios.add(new Report.Ratio(format, Sinks.DIRECTORY, format, Sinks.NOTHING, Report.Aim.atMost(1.15)));
            // 0.9 of the rate.
            ratios.add(
                    new Report.Ratio(format, Sinks.S3, "upload-" + format, Sinks.S3, Report.Aim.atMost(1 / 0.9)));
        }
        return ratios;
    }
}
