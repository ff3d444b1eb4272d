package dev.satchel.batchexport.format.zip;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.format.value.Iso8601;
import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Collectors;

/** The README.txt of an archive, which explains the files to the user whose data they hold. */
final class Readme {

    private Readme() {}

    static byte[] text(
            CsvOptions options,
            ArchiveSettings settings,
            UserRecords.Snapshot snapshot,
            Map<Dataset, DeliveredFile.Entry> files) {
        StringBuilder text = new StringBuilder();
        String title = "Your data"
                + settings.texts()
                        .application(Language.ENGLISH)
                        .map(name -> " from " + oneLine(name))
                        .orElse("");
        text.append(title)
                .append("\n")
                .append("=".repeat(title.codePointCount(0, title.length())))
                .append("\n\nThis is your data as it was at ")
                .append(Iso8601.moment(snapshot.takenAt()))
                .append(" (UTC).\nIt can be downloaded until about ")
                .append(LocalDate.ofInstant(snapshot.takenAt().plus(settings.retention()), ZoneOffset.UTC))
                .append(", when it is removed from the store. The copy that you hold now stays yours.\nWhom to ask: ")
                .append(oneLine(settings.texts().contact(Language.ENGLISH)))
                .append("\n\nFiles\n-----\n\n");
        files.forEach((dataset, file) -> text.append(file.name())
                .append(": ")
                .append(dataset.description())
                .append(", ")
                .append(records(snapshot.records().getOrDefault(dataset, 0L)))
                .append("\n"));
        text.append("manifest.json: the same list for programs, with the size and SHA-256 of each file\n");
        if (!snapshot.absent().isEmpty()) {
            text.append("\nNot kept by the application, and therefore not here: ")
                    .append(snapshot.absent().stream().map(Dataset::name).collect(Collectors.joining(", ")))
                    .append("\n");
        }
        if (!snapshot.hidden().isEmpty()) {
            text.append("\nYours too, but left out, because the application does not show them to you:\n");
            snapshot.hidden()
                    .forEach(gap -> text.append(records(gap.records()))
                            .append(" of ")
                            .append(gap.table())
                            .append(" (")
                            .append(gap.reason())
                            .append(")\n"));
        }
        text.append(RULES);
        if (options.bom()) {
            text.append(
                    "Each file begins with a byte order mark (U+FEFF), so that spreadsheets recognise the encoding.\n");
        }
        if (options.escapeFormulas()) {
            text.append("""

                    So that no spreadsheet runs a text as a formula, a ' (apostrophe) is added where = + - @ begins a
                    text, or follows a line end, a tab, a comma, a semicolon or a bar (|) inside it, and before a ' that
                    stands there already. To get the original text, remove one ' at its beginning, and one after each
                    line end, tab, comma, semicolon and bar, where there is one. Numbers never have one.
                    """);
        }
        return text.toString().replace("\n", "\r\n").getBytes(UTF_8);
    }

    private static final String RULES = """

            How to read them
            ----------------

            The files are CSV (RFC 4180): fields are separated by commas, lines end with CR LF, and the first line
            names the columns. The encoding is UTF-8.
            Texts and dates are in double quotes, and a double quote inside them is written twice. A text may contain
            line breaks. Numbers have no quotes.
            A value that is missing is an empty field. A text that is empty is two double quotes ("").
            Moments are in UTC, for example 2026-01-31T18:30:00.000000Z. Days are year-month-day.
            Fields that hold lists or nested values are written as JSON.

            Some spreadsheets expect semicolons where commas are the decimal sign, as in most of Europe and Latin
            America, and show each line in one cell when the file is opened by a double click. Import it instead (in
            Excel: Data > From Text/CSV; LibreOffice asks when it opens the file), and choose UTF-8, the comma as the
            separator and " around texts.
            """;

    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}\\s]+", " ").strip();
    }

    private static String records(long count) {
        return count == 1 ? "1 record" : count + " records";
    }
}
