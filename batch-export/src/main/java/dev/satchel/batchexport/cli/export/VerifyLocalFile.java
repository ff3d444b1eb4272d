package dev.satchel.batchexport.cli.export;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.satchel.batchexport.format.check.VerifiedFile;
import dev.satchel.batchexport.format.check.archive.ArchiveVerification;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Json;
import dev.satchel.batchexport.terminal.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code satchel export verify FILE}: compares a file on this machine with what it says of itself. */
final class VerifyLocalFile {

    private static final String ARMOR = "-----BEGIN PGP MESSAGE-----";

    private final Console console;
    private final Path path;
    private final boolean json;

    VerifyLocalFile(Console console, Path path, boolean json) {
        this.console = console;
        this.path = path;
        this.json = json;
    }

    int call() throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new RefusedException(path + " is not a file: name the ZIP, not the folder that came out of it");
        }
        ArchiveVerification.Result result;
        try (FileChannel file = FileChannel.open(path)) {
            if (!ArchiveVerification.isZip(file)) {
                if (isEncrypted(path)) {
                    throw new RefusedException(path
                            + " is encrypted: decrypt it with 'gpg --output NEW_FILE --decrypt FILE', and verify the file"
                            + " that comes out of it");
                }
                throw new RefusedException(
                        path + " is not a ZIP. Other files do not say what they should be: give the id"
                                + " of the export instead, with the settings of its database and its store");
            }
            result = ArchiveVerification.verify(file);
        }
        VerifiedFile file = result.file();
        if (json) {
            console.document(Json.of(fields(result)));
        } else if (file.isIntact()) {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "%s agrees with itself: %d bytes with the SHA-256 %s, %d records in %d datasets%n",
                            path,
                            file.bytes(),
                            file.sha256(),
                            file.records().values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum(),
                            file.records().size());
        } else {
            VerifyFileCommand.print(console, file);
            int count = file.differences().size();
            console.out()
                    .printf(
                            Locale.ROOT,
                            "%s is not as Satchel wrote it (%d difference%s): get the file again, or ask for the export"
                                    + " again%n",
                            path,
                            count,
                            count == 1 ? "" : "s");
        }
        return file.isIntact() ? 0 : 1;
    }

    private static boolean isEncrypted(Path path) throws IOException {
        byte[] begin;
        try (InputStream file = Files.newInputStream(path)) {
            begin = file.readNBytes(ARMOR.length());
        }
        if (begin.length == 0 || new String(begin, US_ASCII).equals(ARMOR)) {
            return begin.length > 0;
        }
        // The first packet of an OpenPGP message holds its key, encrypted to the reader, and has the tag 1.
        boolean isNewFormat = (begin[0] & 0x40) != 0;
        int tag = isNewFormat ? begin[0] & 0x3F : (begin[0] & 0x3C) >> 2;
        return (begin[0] & 0x80) != 0 && tag == 1;
    }

    private Map<String, @Nullable Object> fields(ArchiveVerification.Result result) {
        VerifiedFile file = result.file();
        Map<String, @Nullable Object> recorded = new LinkedHashMap<>();
        recorded.put("bytes", null);
        recorded.put("sha256", null);
        recorded.put("records", result.stated());
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("id", null);
        fields.put("file_url", path.toUri().toString());
        fields.put("intact", file.isIntact());
        fields.put("recorded", recorded);
        fields.put("found", VerifyFileCommand.side(file.bytes(), file.sha256(), file.records()));
        fields.put(
                "differences",
                file.differences().stream().map(VerifyFileCommand::fields).toList());
        return fields;
    }
}
