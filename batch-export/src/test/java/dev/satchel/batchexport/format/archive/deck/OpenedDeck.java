package dev.satchel.batchexport.format.archive.deck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The database of a deck, opened by SQLite from a file. */
final class OpenedDeck implements AutoCloseable {

    private final Connection database;
    private final LocalDateTime time;

    private OpenedDeck(Connection database, LocalDateTime time) {
        this.database = database;
        this.time = time;
    }

    static OpenedDeck in(Path folder, byte[] apkg) throws IOException, SQLException {
        LocalDateTime time;
        Path file = Files.createTempFile(folder, "collection", ".anki2");
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(apkg))) {
            ZipEntry collection = zip.getNextEntry();
            assertThat(collection.getName()).isEqualTo("collection.anki2");
            Files.write(file, zip.readAllBytes());
            ZipEntry media = zip.getNextEntry();
            assertThat(media.getName()).isEqualTo("media");
            time = media.getTimeLocal();
            assertThat(collection.getTimeLocal()).isEqualTo(time);
            assertThat(zip.readAllBytes()).asString().isEqualTo("{}");
            assertThat(zip.getNextEntry()).isNull();
        }
        return new OpenedDeck(DriverManager.getConnection("jdbc:sqlite:" + file), time);
    }

    /** When the files of the package were modified. */
    LocalDateTime time() {
        return time;
    }

    /** The rows of a query, the values of each joined by bars. */
    List<String> rows(String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet found = database.createStatement().executeQuery(query)) {
            int columns = found.getMetaData().getColumnCount();
            while (found.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    values.add(found.getString(column));
                }
                rows.add(String.join("|", values));
            }
        }
        return rows;
    }

    String value(String query) throws SQLException {
        List<String> rows = rows(query);
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
