package dev.satchel.batchexport.schema;

import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;

/**
 * Brings a database to the newest version of Satchel's schema, each file in a transaction of its own.
 *
 * <p>The history of the files is kept in the private schema {@code satchel}. A database that already holds other
 * tables is never taken as a baseline, which would skip the first file.
 */
public final class Migration {

    private final Flyway flyway;

    /** @param dataSource logs in as the owner of the tables to be, who needs no superuser's rights */
    public Migration(DataSource dataSource) {
        this.flyway = Flyway.configure(getClass().getClassLoader())
                .dataSource(dataSource)
                .locations("classpath:db/platform", "classpath:db/migration")
                .schemas("satchel")
                .defaultSchema("satchel")
                .createSchemas(true)
                .baselineOnMigrate(false)
                .cleanDisabled(true)
                .placeholderReplacement(false)
                .validateMigrationNaming(true)
                .failOnMissingLocations(true)
                .load();
    }

    /**
     * Applies what is missing; nothing when the schema is current.
     *
     * @throws org.flywaydb.core.api.FlywayException if a file fails; that file then changed nothing
     */
    public Outcome migrate() {
        MigrateResult result = flyway.migrate();
        List<String> applied = result.migrations.stream()
                .map(file -> Stream.of(file.version, file.description)
                        .filter(part -> part != null && !part.isBlank())
                        .reduce((version, description) -> version + " " + description)
                        .orElseThrow())
                .toList();
        return new Outcome(
                applied, result.targetSchemaVersion == null ? result.initialSchemaVersion : result.targetSchemaVersion);
    }

    /**
     * What a migration did.
     *
     * @param applied the files, in order
     * @param version of the schema from now on
     */
    public record Outcome(List<String> applied, String version) {}
}
