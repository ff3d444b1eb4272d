package dev.satchel.batchexport.cli.export;

import dev.satchel.UserId;
import dev.satchel.batchexport.terminal.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** A CSV file whose column {@code user_id} names users. */
final class UserFile {

    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private UserFile() {}

    /**
     * The users, in the order of the file.
     *
     * @throws IllegalArgumentException if one of the ids is malformed
     * @throws UsageException if the file cannot be read or has no such column
     */
    static List<UserId> read(Path file) {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .setTrim(true)
                .get();
        try (CSVParser rows = format.parse(reader(file))) {
            if (!rows.getHeaderMap().containsKey("user_id")) {
                throw new UsageException("the file " + file + " has no column user_id");
            }
            List<UserId> users = new ArrayList<>();
            for (CSVRecord row : rows) {
                users.add(UserId.parse(row.get("user_id")));
            }
            return users;
        } catch (IOException | UncheckedIOException unreadable) {
            throw new UsageException("the file " + file + " cannot be read: "
                    + unreadable.getClass().getSimpleName());
        }
    }

    // Spreadsheets begin a CSV file with a byte order mark.
    private static Reader reader(Path file) throws IOException {
        BufferedReader text = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        text.mark(1);
        if (text.read() != BYTE_ORDER_MARK) {
            text.reset();
        }
        return text;
    }
}
