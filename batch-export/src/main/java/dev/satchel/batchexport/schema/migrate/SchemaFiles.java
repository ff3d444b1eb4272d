package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** The files of the migrations, as Flyway runs them and as text. */
final class SchemaFiles {

    private static final List<String> FOLDERS = List.of("dev/satchel/db/platform", "dev/satchel/db/migration");

    private SchemaFiles() {}

    /** Flyway on a connection whose transaction it cannot end. */
    static FluentConfiguration flyway(Connection connection) {
        return Flyway.configure(SchemaFiles.class.getClassLoader())
                .dataSource(SchemaTransaction.lending(connection))
                .locations(FOLDERS.stream().map("classpath:"::concat).toArray(String[]::new))
                .schemas("satchel")
                .defaultSchema("satchel")
                .createSchemas(true)
                .baselineOnMigrate(false)
                .cleanDisabled(true)
                .placeholderReplacement(false)
                .validateMigrationNaming(true)
                .failOnMissingLocations(true);
    }

    /** The files that a migration would apply, in order. */
    static List<MigrationInfo> pending(Connection connection) {
        return Stream.of(flyway(connection).load().info().pending())
                .filter(file -> file.getState() == MigrationState.PENDING || file.getState() == MigrationState.OUTDATED)
                .toList();
    }

    /** The names of the files that may run at any time. */
    static List<String> repeatable(Connection connection) {
        return Stream.of(flyway(connection).load().info().all())
                .map(MigrationInfo::getScript)
                .filter(script -> script.startsWith("R__"))
                .distinct()
                .toList();
    }

    /** The text of a file. */
    static String read(String script) {
        for (String folder : FOLDERS) {
            try (InputStream file = SchemaFiles.class.getResourceAsStream("/" + folder + "/" + script)) {
                if (file != null) {
                    return new String(file.readAllBytes(), StandardCharsets.UTF_8);
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        throw new IllegalStateException("no migration " + script);
    }
}
