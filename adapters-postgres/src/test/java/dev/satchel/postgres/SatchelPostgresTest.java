package dev.satchel.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.FileLedger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

class SatchelPostgresTest {

    @Test
    void givesSpringThePorts() {
        try (var context = new AnnotationConfigApplicationContext()) {
            context.registerBean(DataSource.class, PGSimpleDataSource::new);
            context.register(SatchelPostgres.class);
            context.refresh();

            assertThat(context.getBean(ExportHistory.class)).isInstanceOf(PostgresExportHistory.class);
            assertThat(context.getBean(ExportCatalog.class)).isInstanceOf(PostgresExportCatalog.class);
            assertThat(context.getBean(FileLedger.class)).isInstanceOf(PostgresFileLedger.class);
        }
    }

    @Test
    void isWhatSpringBootFinds() throws IOException {
        try (var imports = SatchelPostgres.class.getResourceAsStream(
                "/META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports")) {
            assertThat(new String(imports.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualToIgnoringNewLines(SatchelPostgres.class.getName());
        }
    }
}
