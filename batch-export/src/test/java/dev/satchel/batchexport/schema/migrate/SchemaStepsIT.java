package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.schema.catalog.FactKind;
import dev.satchel.batchexport.schema.catalog.SchemaFacts;
import dev.satchel.batchexport.schema.catalog.SchemaSteps;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The steps are what each versioned file makes or changes; written and compared like the contract. */
class SchemaStepsIT {

    private static final Path SOURCE =
            Path.of("src/main/resources", SchemaSteps.class.getPackageName().replace('.', '/'), "SchemaSteps.txt");

    private static final Set<FactKind> KINDS = EnumSet.of(
            FactKind.TABLE,
            FactKind.COLUMN,
            FactKind.DEFAULT,
            FactKind.CONSTRAINT,
            FactKind.INDEX,
            FactKind.ROW_SECURITY,
            FactKind.POLICY);

    @Test
    void saysWhatEachVersionedFileMakesOrChanges() throws SQLException, IOException {
        try (var database = SampleDatabase.createUnmigrated();
                var connection = database.ownerDataSource().getConnection()) {
            SchemaTransaction.begin(connection);
            var steps = new StringBuilder();
            Map<String, String> before = SchemaFacts.read(connection).bySubject();
            for (var file : SchemaFiles.pending(connection)) {
                if (file.getVersion() == null) {
                    continue;
                }
                SchemaTransaction.execute(connection, SchemaFiles.read(file.getScript()));
                Map<String, String> after = SchemaFacts.read(connection).bySubject();
                for (var fact : after.entrySet()) {
                    if (KINDS.contains(FactKind.of(fact.getKey()))
                            && !fact.getValue().equals(before.get(fact.getKey()))) {
                        steps.append(file.getScript())
                                .append(": ")
                                .append(fact.getKey())
                                .append('\n');
                    }
                }
                before = after;
            }
            connection.rollback();
            if ("write".equals(System.getProperty("satchel.contract"))) {
                Files.writeString(SOURCE, steps.toString());
            }

            assertThat(SOURCE).content().isEqualTo(steps.toString());
        }
    }
}
