package dev.satchel.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.keys.KeyAudit;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.encryption.DataKeys;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.progress.LearnerProgress;
import dev.satchel.store.UploadJournal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class SatchelPostgresTest {

    @Test
    void givesSpringThePorts() {
        try (var context = new AnnotationConfigApplicationContext()) {
            context.registerBean(DataSource.class, PGSimpleDataSource::new);
            context.register(SatchelPostgres.class);
            context.refresh();

            assertThat(context.getBeansOfType(ExportHistory.class)).hasSize(1);
            assertThat(context.getBeansOfType(ExportCatalog.class)).hasSize(1);
            assertThat(context.getBeansOfType(UploadJournal.class)).hasSize(1);
            assertThat(context.getBeansOfType(LearnerProgress.class)).hasSize(1);
        }
    }

    @Test
    void isWhatSpringBootFinds() throws IOException {
        try (var imports = SatchelPostgres.class.getResourceAsStream(
                "/META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports")) {
            assertThat(new String(imports.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualToIgnoringNewLines(SatchelPostgresAutoConfiguration.class.getName());
        }
    }

    @Test
    void bootFindsItWhereThereIsOneDataSource() {
        try (var context = boot(OneDataSource.class)) {
            assertThat(context.getBeansOfType(ExportHistory.class)).hasSize(1);
        }
    }

    @Test
    void bootLeavesItOutWhereThereIsNoneOrMoreThanOne() {
        try (var none = boot(NoDataSource.class);
                var two = boot(TwoDataSources.class)) {
            assertThat(none.getBeansOfType(SatchelPostgres.class)).isEmpty();
            assertThat(two.getBeansOfType(SatchelPostgres.class)).isEmpty();
        }
    }

    @Test
    void aServicesOwnBeanComesFirst() {
        try (var context = boot(OwnCatalog.class)) {
            assertThat(context.getBean(ExportCatalog.class)).isInstanceOf(OwnCatalog.Empty.class);
            assertThat(context.getBeansOfType(ExportHistory.class)).hasSize(1);
        }
    }

    @Test
    void thereIsNoVaultWithoutKeyEncryptionKeys() {
        try (var plain = new AnnotationConfigApplicationContext();
                var boot = boot(OneDataSource.class)) {
            plain.registerBean(DataSource.class, PGSimpleDataSource::new);
            plain.register(SatchelPostgres.class);
            plain.refresh();

            assertThat(plain.getBeansOfType(KeyVault.class)).isEmpty();
            assertThat(boot.getBeansOfType(KeyVault.class)).isEmpty();
            assertThat(boot.getBeansOfType(DataKeys.class)).isEmpty();
            assertThat(boot.getBeansOfType(KeyAudit.class)).hasSize(1);
        }
    }

    @Test
    void keyEncryptionKeysOpenTheVault() {
        try (var plain = new AnnotationConfigApplicationContext();
                var boot = boot(WithKeyEncryptionKeys.class)) {
            plain.register(WithKeyEncryptionKeys.class, SatchelPostgres.class);
            plain.refresh();

            assertThat(plain.getBeansOfType(KeyVault.class)).hasSize(1);
            assertThat(boot.getBeansOfType(KeyVault.class)).hasSize(1);
            assertThat(boot.getBeansOfType(DataKeys.class)).hasSize(1);
        }
    }

    private static ConfigurableApplicationContext boot(Class<?> application) {
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false)
                .run();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class NoDataSource {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class OneDataSource {

        @Bean
        DataSource dataSource() {
            return new PGSimpleDataSource();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class WithKeyEncryptionKeys {

        @Bean
        DataSource dataSource() {
            return new PGSimpleDataSource();
        }

        @Bean
        KeyEncryptionKeys keyEncryptionKeys() {
            return FileKeyEncryptionKeys.create(Path.of("target", "keyset-" + UUID.randomUUID() + ".json"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class TwoDataSources {

        @Bean
        DataSource application() {
            return new PGSimpleDataSource();
        }

        @Bean
        DataSource satchel() {
            return new PGSimpleDataSource();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class OwnCatalog {

        @Bean
        DataSource dataSource() {
            return new PGSimpleDataSource();
        }

        @Bean
        ExportCatalog catalog() {
            return new Empty();
        }

        private static final class Empty implements ExportCatalog {

            @Override
            public Optional<Entry> find(UUID id) {
                return Optional.empty();
            }

            @Override
            public List<Entry> newest(UserId user, String status, int limit) {
                return List.of();
            }

            @Override
            public List<Entry> newestActive(String status, int limit) {
                return List.of();
            }

            @Override
            public List<Entry> newestFailed(Duration age, int limit) {
                return List.of();
            }

            @Override
            public Optional<Downloadable> downloadable(UUID id) {
                return Optional.empty();
            }

            @Override
            public Lag lag(Duration grace) {
                return new Lag(0, Duration.ZERO, 0, 0, Duration.ZERO, Map.of());
            }
        }
    }
}
