package dev.satchel.export;

import dev.satchel.Codes;
import java.util.Locale;

/** The format of an export's file. Stored in {@code export_history.export_format}. */
public enum ExportFormat {
    /** RFC 4180; several datasets become one ZIP with a CSV each. */
    CSV,
    /** One RFC 8259 document with an array per dataset. */
    JSON,
    /** One JSON object per line, each naming its dataset when there are several. */
    JSONL,
    /** One ZIP for the person whose data it is: a page to read, the data, and what proves that they are whole. */
    ARCHIVE;

    /**
     * The format of that name.
     *
     * @throws IllegalArgumentException if no format has that name; the message lists the names that exist
     */
    public static ExportFormat of(String code) {
        return Codes.find("export format", code, values(), ExportFormat::code);
    }

    /** The name in the database and on the command line, for example {@code jsonl}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
