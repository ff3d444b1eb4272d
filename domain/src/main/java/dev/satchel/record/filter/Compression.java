package dev.satchel.record.filter;

import dev.satchel.Codes;
import java.util.Locale;

/** How the file of an export is compressed: the option {@code compress} of a request. */
public enum Compression {
    /** RFC 1952, which every system opens. */
    GZIP("gz"),
    /** RFC 8878; the programs of Linux distributions open it. */
    ZSTD("zst");

    private final String extension;

    Compression(String extension) {
        this.extension = extension;
    }

    /**
     * The compression of that name.
     *
     * @throws IllegalArgumentException if no compression has that name; the message lists the names that exist
     */
    public static Compression of(String code) {
        return Codes.find("compression", code, values(), Compression::code);
    }

    /** The name in the database and on the command line. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What is appended to the name of a file, without the dot. */
    public String extension() {
        return extension;
    }

    /** The media type of a compressed file. */
    public String contentType() {
        return "application/" + code();
    }
}
