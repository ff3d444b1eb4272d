package dev.satchel.batchexport.cli.export;

import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.format.check.Difference;
import dev.satchel.batchexport.format.check.FileVerification;
import dev.satchel.batchexport.format.check.RecordedFile;
import dev.satchel.batchexport.format.check.VerifiedFile;
import dev.satchel.batchexport.format.check.archive.ArchiveVerification;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.Json;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportFormat;
import dev.satchel.postgres.SatchelPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Reads the file of an export from its store and compares it with what is on record.",
            "Compares the size, the SHA-256, the number of records of each dataset, the files in a ZIP, and the manifest in"
                    + " the file; in an archive also the hash of the records and each file. Prints one line per difference,"
                    + " and nothing of the records. Changes nothing. Ends with 1 when the file differs or is not there.",
            "For a file on this machine, an archive or all datasets as CSV, compares it with what it says of itself. That"
                    + " needs no database and no setting, and finds no file whose manifests somebody wrote again too."
        },
        footerHeading = """

                Examples:
                  satchel export verify "$EXPORT"
                  satchel export verify "$EXPORT" --json
                  satchel export verify satchel-learning-data-2026-11-28.zip
                """)
final class VerifyFileCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "ID", description = "The id that 'export request' printed, or a ZIP file.")
    String target = "";

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    VerifyFileCommand(Console console) {
        this.console = console;
    }

    /** A row with the time at which the database read it. */
    private record Row(ExportCatalog.Entry entry, Instant at) {}

    @Override
    public Integer call() throws SQLException, IOException {
        Path path = Path.of(target);
        if (Files.exists(path)) {
            return new VerifyLocalFile(console, path, json).call();
        }
        if (target.contains("/") || target.contains(".")) {
            throw new UsageException("there is no file " + target);
        }
        UUID export = Ids.export(target);
        Settings settings = new Settings(console.environment());
        Row row = settings.database()
                .inOneTransaction(dataSource -> {
                    Instant now = Database.now(dataSource);
                    return new SatchelPostgres(dataSource)
                            .exportCatalog()
                            .find(export)
                            .map(entry -> new Row(entry, now));
                })
                .orElseThrow(() -> new RefusedException("no export has the id " + export));
        RecordedFile recorded = RecordedFile.of(row.entry(), location(row));
        VerifiedFile file;
        try (NamedFileStore store = settings.store()) {
            if (!store.isHere(recorded.location())) {
                throw LinkCommand.elsewhere(export, store);
            }
            // What is inside of an encrypted file is for its reader only.
            file = recorded.format() == ExportFormat.ARCHIVE && !recorded.sealed()
                    ? ArchiveVerification.verify(recorded, store)
                    : new FileVerification(store).verify(recorded);
        }
        if (json) {
            console.document(Json.of(fields(export, recorded, file)));
        } else {
            print(export, recorded, file);
        }
        return file.isIntact() ? 0 : 1;
    }

    /** Where the file is, if there is one. */
    private static URI location(Row row) {
        ExportCatalog.Entry export = row.entry();
        switch (export.status()) {
            case "completed" -> {
                Instant expiry = export.expiresAt();
                URI location = export.location();
                if (location == null) {
                    throw new RefusedException("the file of export " + export.id()
                            + " was removed, because it expired: ask for the export again");
                }
                if (expiry != null && !expiry.isAfter(row.at())) {
                    throw new RefusedException("the file of export " + export.id() + " expired at " + expiry
                            + ", and a clean-up may remove it at any time: ask for the export again");
                }
                return location;
            }
            case "failed" ->
                throw new RefusedException("export " + export.id() + " failed and has no file: 'satchel export show "
                        + export.id() + "' says why");
            default ->
                throw new RefusedException("export " + export.id() + " is " + export.status()
                        + " and has no file yet: verify it when it is completed");
        }
    }

    private void print(UUID export, RecordedFile recorded, VerifiedFile file) {
        if (file.isIntact()) {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "export %s is as recorded: %d bytes with the SHA-256 %s, %d records in %d datasets%n",
                            export,
                            file.bytes(),
                            file.sha256(),
                            recorded.recordCount(),
                            recorded.records().size());
            return;
        }
        print(console, file);
        int count = file.differences().size();
        console.out()
                .printf(
                        Locale.ROOT,
                        "export %s differs from what is on record (%d difference%s): %s%n",
                        export,
                        count,
                        count == 1 ? "" : "s",
                        remedy(file));
    }

    /** Prints a line per difference. */
    static void print(Console console, VerifiedFile file) {
        for (Difference each : file.differences()) {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "%-8s  %srecorded %s; found %s%n",
                            each.kind().code(),
                            each.of().isEmpty() ? "" : each.of() + ": ",
                            each.recorded(),
                            each.found());
        }
    }

    private static String remedy(VerifiedFile file) {
        boolean missing = file.differences().stream().anyMatch(each -> each.kind() == Difference.Kind.MISSING);
        return missing
                ? "make sure that the store's volume is mounted and that SATCHEL_S3_ENDPOINT is right, or ask for the export"
                        + " again"
                : "do not hand the file out, ask for the export again, and find out what changed the store or the row";
    }

    private static Map<String, @Nullable Object> fields(UUID export, RecordedFile recorded, VerifiedFile file) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("id", export.toString());
        fields.put("file_url", recorded.location().toString());
        fields.put("intact", file.isIntact());
        fields.put("recorded", side(recorded.bytes(), recorded.sha256(), recorded.records()));
        boolean missing = file.sha256().isEmpty();
        fields.put("found", missing ? null : side(file.bytes(), file.sha256(), file.records()));
        fields.put(
                "differences",
                file.differences().stream().map(VerifyFileCommand::fields).toList());
        return fields;
    }

    static Map<String, Object> side(long bytes, String sha256, Map<String, Long> records) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("bytes", bytes);
        fields.put("sha256", sha256);
        fields.put("records", records);
        return fields;
    }

    static Map<String, String> fields(Difference difference) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("kind", difference.kind().code());
        fields.put("of", difference.of());
        fields.put("recorded", difference.recorded());
        fields.put("found", difference.found());
        return fields;
    }
}
