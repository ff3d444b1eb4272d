package dev.satchel.batchexport.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.run.RunSettings;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.batchexport.store.s3.S3Options;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportHistory;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.kms.AwsKmsKeyEncryptionKeys;
import dev.satchel.postgres.PostgresSettings;
import dev.satchel.postgres.SatchelDataSource;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.SatchelPostgresAutoConfiguration;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.store.FileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.transaction.TransactionManager;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Which beans a service gets, by what it has and says. No database is there: nothing is asked of it. */
class AutoConfigurationTest {

    private static final String KMS =
            "satchel.kek=aws-kms:arn:aws:kms:eu-central-1:111122223333:key/" + "1234abcd-12ab-34cd-56ef-1234567890ab";

    @TempDir
    private Path folder;

    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SatchelAutoConfiguration.class,
                    SatchelPostgresAutoConfiguration.class,
                    SatchelStoreAutoConfiguration.class,
                    SatchelExportAutoConfiguration.class));
    private final ApplicationContextRunner service = bare.withBean(DataSource.class, PGSimpleDataSource::new);

    private ApplicationContextRunner withStore() {
        return service.withPropertyValues("satchel.store=" + folder.toUri());
    }

    @Test
    void areTheOnesThatSpringBootFinds() throws IOException {
        try (var imports = SatchelAutoConfiguration.class.getResourceAsStream(
                "/META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports")) {
            // The first on the class path is this module's.
            assertThat(new String(imports.readAllBytes(), StandardCharsets.UTF_8).lines())
                    .contains(
                            SatchelAutoConfiguration.class.getName(),
                            SatchelStoreAutoConfiguration.class.getName(),
                            SatchelExportAutoConfiguration.class.getName())
                    .allSatisfy(name -> assertThat(Class.forName(name)).isNotNull());
        }
    }

    @Test
    void giveAWorkerAndACleanUpWhereThereAreADatabaseAndAStore() {
        withStore().run(context -> {
            assertThat(context).hasSingleBean(ExportWorker.class).hasSingleBean(ExportCleanUp.class);
            assertThat(context).hasSingleBean(ExportHistory.class).hasSingleBean(NamedFileStore.class);
            assertThat(context).doesNotHaveBean(KeyEncryptionKeys.class).doesNotHaveBean(KeyVault.class);
        });
    }

    /** A service's Spring Batch backs off where it finds one of these. */
    @Test
    void bringNothingOfSpringBatchIntoTheService() {
        withStore()
                .run(context -> assertThat(context)
                        .doesNotHaveBean(JobRepository.class)
                        .doesNotHaveBean(JobOperator.class)
                        .doesNotHaveBean(TransactionManager.class));
    }

    @Test
    void giveNothingOfExportsWithoutADataSource() {
        bare.withPropertyValues("satchel.store=" + folder.toUri())
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(SatchelPostgres.class)
                        .doesNotHaveBean(ExportWorker.class)
                        .doesNotHaveBean(ExportCleanUp.class)
                        .hasSingleBean(FileStore.class));
    }

    @Test
    void giveNothingOfExportsWhereTwoDataSourcesAreEqual() {
        withStore()
                .withBean("another", DataSource.class, PGSimpleDataSource::new)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(SatchelPostgres.class)
                        .doesNotHaveBean(ExportWorker.class));
    }

    @Test
    void giveNoWorkerWithoutAStore() {
        service.run(context -> assertThat(context)
                .hasNotFailed()
                .hasSingleBean(ExportHistory.class)
                .doesNotHaveBean(FileStore.class)
                .doesNotHaveBean(ExportWorker.class)
                .doesNotHaveBean(ExportCleanUp.class));
    }

    @Test
    void giveNoWorkerWithoutSpringBatch() {
        withStore()
                .withClassLoader(new FilteredClassLoader("org.springframework.batch"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(ExportHistory.class)
                        .hasSingleBean(FileStore.class)
                        .doesNotHaveBean(ExportWorker.class));
    }

    @Nested
    class BackOffBefore {

        @Test
        void aStoreOfTheService() {
            FileStore own = new DirectoryFileStore(folder);
            withStore().withBean(FileStore.class, () -> own).run(context -> {
                assertThat(context.getBean(FileStore.class)).isSameAs(own);
                assertThat(context).hasSingleBean(ExportWorker.class);
            });
            service.withBean(FileStore.class, () -> own)
                    .run(context -> assertThat(context).hasSingleBean(ExportWorker.class));
        }

        @Test
        void formatsOfTheService() {
            FileFormats own = new StandardFileFormats(new CsvOptions(false, true));
            withStore()
                    .withBean(FileFormats.class, () -> own)
                    .run(context ->
                            assertThat(context.getBean(FileFormats.class)).isSameAs(own));
        }

        @Test
        void aWorkerOfTheService() {
            ExportWorker own = ExportWorker.builder(new PGSimpleDataSource(), new DirectoryFileStore(folder))
                    .build();
            withStore()
                    .withBean(ExportWorker.class, () -> own)
                    .run(context ->
                            assertThat(context.getBean(ExportWorker.class)).isSameAs(own));
        }

        @Test
        void aCleanUpOfTheService() {
            ExportCleanUp own = ExportCleanUp.builder(new PGSimpleDataSource(), new DirectoryFileStore(folder))
                    .build();
            withStore()
                    .withBean(ExportCleanUp.class, () -> own)
                    .run(context ->
                            assertThat(context.getBean(ExportCleanUp.class)).isSameAs(own));
        }

        @Test
        void datasetsOfTheService() {
            PostgresDatasets own = PostgresDatasets.builtIn();
            service.withPropertyValues("satchel.datasets=/nowhere.yaml")
                    .withBean(PostgresDatasets.class, () -> own)
                    .run(context ->
                            assertThat(context.getBean(PostgresDatasets.class)).isSameAs(own));
        }

        @Test
        void keysOfTheService() throws IOException {
            KeyEncryptionKeys own =
                    FileKeyEncryptionKeys.create(folder.toRealPath().resolve("own.json"));
            service.withPropertyValues("satchel.kek=file:/nowhere.json")
                    .withBean(KeyEncryptionKeys.class, () -> own)
                    .run(context ->
                            assertThat(context.getBean(KeyEncryptionKeys.class)).isSameAs(own));
        }

        @Test
        void aConnectionToS3OfTheService() {
            S3Connection own = new S3Connection(
                    S3Options.at(URI.create("http://127.0.0.1:1")), "nowhere", AnonymousCredentialsProvider.create());
            service.withPropertyValues("satchel.store=s3://bucket")
                    .withBean(S3Connection.class, () -> own)
                    .run(context ->
                            assertThat(context.getBean(S3Connection.class)).isSameAs(own));
        }
    }

    @Nested
    class Keys {

        @Test
        void inAFileOpenTheVault() throws IOException {
            Path file = folder.toRealPath().resolve("kek.json");
            FileKeyEncryptionKeys.create(file);
            service.withPropertyValues("satchel.kek=file:" + file).run(context -> {
                assertThat(context.getBean(KeyEncryptionKeys.class)).isInstanceOf(FileKeyEncryptionKeys.class);
                assertThat(context).hasSingleBean(KeyVault.class).hasSingleBean(UserKeys.class);
            });
        }

        @Test
        void inAwsKmsUseTheClientOfTheService() {
            service.withPropertyValues(KMS)
                    .withBean(
                            KmsClient.class,
                            () -> KmsClient.builder()
                                    .region(Region.EU_CENTRAL_1)
                                    .credentialsProvider(AnonymousCredentialsProvider.create())
                                    .build())
                    .run(context -> {
                        assertThat(context.getBean(KeyEncryptionKeys.class))
                                .isInstanceOf(AwsKmsKeyEncryptionKeys.class);
                        assertThat(context).hasSingleBean(KeyVault.class);
                    });
        }

        @Test
        void inAwsKmsNeedItsClient() {
            service.withPropertyValues(KMS)
                    .withClassLoader(new FilteredClassLoader(KmsClient.class))
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .hasMessage(
                                    "satchel.kek names a key in AWS KMS, and the client of AWS KMS is not on the class"
                                            + " path: add the dependency software.amazon.awssdk:kms"));
        }

        @Test
        void thatAreNoAddressAreNotRepeated() {
            service.withPropertyValues("satchel.kek=c2VjcmV0")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .hasMessageStartingWith("satchel.kek is malformed: expected file:/path")
                            .hasMessageNotContaining("c2VjcmV0"));
        }

        @Test
        void thatAreMissingStopTheService() {
            Path missing = folder.resolve("missing.json");
            service.withPropertyValues("satchel.kek=file:" + missing)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("satchel.kek is refused: ")
                            .rootCause()
                            .hasMessageContaining("missing.json"));
        }
    }

    @Nested
    class Buckets {

        private final ApplicationContextRunner bucket = service.withPropertyValues("satchel.store=s3://bucket/prefix");

        @Test
        void useTheBeansOfTheServiceForRegionAndCredentials() {
            AwsCredentialsProvider credentials = AnonymousCredentialsProvider.create();
            bucket.withBean(AwsRegionProvider.class, () -> () -> Region.EU_SOUTH_1)
                    .withBean(AwsCredentialsProvider.class, () -> credentials)
                    .run(context -> {
                        S3Connection connection = context.getBean(S3Connection.class);
                        assertThat(connection.region()).isEqualTo("eu-south-1");
                        assertThat(connection.credentials()).isSameAs(credentials);
                        assertThat(context.getBean(FileStore.class).root())
                                .isEqualTo(URI.create("s3://bucket/prefix/"));
                    });
        }

        @Test
        void areReachedAsThePropertiesSay() {
            bucket.withBean(AwsRegionProvider.class, () -> () -> Region.EU_SOUTH_1)
                    .withPropertyValues(
                            "satchel.s3.endpoint=http://127.0.0.1:9", "satchel.s3.path-style=false",
                            "satchel.s3.checksums=when-supported", "satchel.s3.parts-in-flight=7")
                    .run(context -> assertThat(
                                    context.getBean(S3Connection.class).options())
                            .isEqualTo(new S3Options(
                                    "http://127.0.0.1:9",
                                    null,
                                    false,
                                    S3Options.Checksums.WHEN_SUPPORTED,
                                    S3Options.ReadBack.WHEN_NEEDED,
                                    true,
                                    7)));
        }

        @Test
        void letACustomizerChangeTheClient() {
            AtomicInteger asked = new AtomicInteger();
            bucket.withBean(AwsRegionProvider.class, () -> () -> Region.EU_SOUTH_1)
                    .withBean(
                            S3ClientBuilderCustomizer.class,
                            () -> client -> client.region(Region.of("other-" + asked.incrementAndGet())))
                    .run(context -> {
                        assertThat(asked).hasValue(1);
                        try (S3Client client =
                                context.getBean(S3Connection.class).client()) {
                            assertThat(client.serviceClientConfiguration().region())
                                    .isEqualTo(Region.of("other-2"));
                        }
                    });
        }

        @Test
        void needTheSdkWhereDirectoriesDoNot() {
            FilteredClassLoader withoutSdk = new FilteredClassLoader("software.amazon.awssdk");
            bucket.withClassLoader(withoutSdk)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .hasMessage(
                                    "satchel.store names a bucket, and the SDK of AWS is not on the class path: add the"
                                            + " dependencies software.amazon.awssdk:s3 and"
                                            + " software.amazon.awssdk:url-connection-client"));
            withStore()
                    .withClassLoader(withoutSdk)
                    .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ExportWorker.class));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "satchel.store=ftp://host | satchel.store is malformed: expected s3://bucket",
                "satchel.store=s3://Bucket! | satchel.store is malformed: ",
                "satchel.export.lease=1s | satchel.export.lease must be at least 3s, was 1000ms",
                "satchel.export.attempts=0 | satchel.export.attempts must be a whole number from 1 to 100, was 0",
                "satchel.export.accept-hidden=sesions: typo | satchel.export.accept-hidden names the dataset 'sesions'",
                "satchel.postgres.max-snapshot-age=2h | satchel.postgres.max-snapshot-age must be from 1s to 1h",
                "satchel.postgres.max-cached-data-keys=-1 | satchel.postgres.max-cached-data-keys must not be negative",
                "satchel.worker.concurrency=65 | satchel.worker.concurrency must be a whole number from 1 to 64, was 65",
                "satchel.s3.endpoint=http://elsewhere.example | satchel.s3.endpoint is refused",
                "satchel.datasets=/nowhere.yaml | satchel.datasets is refused: the datasets in /nowhere.yaml cannot be read"
            })
    void stopTheServiceWithASentenceWhereAPropertyIsWrong(String property, String sentence) {
        withStore()
                .withPropertyValues("satchel.store=s3://bucket", "satchel.s3.endpoint=http://127.0.0.1:9", property)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining(sentence));
    }

    @Test
    void bindEveryLimit() {
        withStore()
                .withPropertyValues(
                        "satchel.export.retention=1d",
                        "satchel.csv.bom=false",
                        "satchel.postgres.max-snapshot-age=10m",
                        "satchel.postgres.data-key-time-to-live=0s",
                        "satchel.postgres.max-cached-data-keys=5")
                .run(context -> {
                    assertThat(context.getBean(ExportSettings.class).retention())
                            .isEqualTo(Duration.ofDays(1));
                    assertThat(context.getBean(CsvOptions.class)).isEqualTo(new CsvOptions(false, true));
                    assertThat(context.getBean(PostgresSettings.class))
                            .isEqualTo(new PostgresSettings(Duration.ofMinutes(10), Duration.ZERO, 5));
                });
    }

    @Test
    void bindTheDefaultsThatTheBuilderHas() {
        withStore().run(context -> {
            assertThat(context.getBean(ExportSettings.class)).isEqualTo(ExportSettings.DEFAULT);
            assertThat(context.getBean(PostgresSettings.class)).isEqualTo(PostgresSettings.DEFAULT);
            assertThat(context.getBean(CsvOptions.class)).isEqualTo(CsvOptions.DEFAULT);
        });
    }

    /** The pool that Spring Boot makes has 10 connections. */
    @Test
    void giveAWorkerThatFitsThePoolOfSpringBoot() {
        withStore()
                .withPropertyValues("satchel.worker.name=nightly", "satchel.worker.quiet=true")
                .run(context -> {
                    SatchelProperties.Worker worker =
                            context.getBean(SatchelProperties.class).worker();
                    assertThat(RunSettings.connections(worker.concurrency())).isLessThanOrEqualTo(10);
                    assertThat(worker).isEqualTo(new SatchelProperties.Worker(2, "nightly", true));
                });
    }

    @Test
    void readDatasetsFromAFile() {
        service.withPropertyValues("satchel.datasets=" + datasets())
                .run(context -> assertThat(
                                context.getBean(DatasetCatalogue.class).find("analytics"))
                        .isEmpty());
    }

    /** Also one that the service made itself, without a data source or a store that is a bean. */
    @Test
    void stopTheWorkerWhenTheServiceBeginsToEndAndNoOtherContext() {
        StopSignal signal = new StopSignal();
        AtomicInteger made = new AtomicInteger();
        bare.withBean(
                        ExportWorker.class,
                        () -> ExportWorker.builder(new PGSimpleDataSource(), new DirectoryFileStore(folder))
                                .settings(new ExportSettings(
                                        Duration.ofDays(7),
                                        Duration.ofSeconds(60),
                                        5,
                                        Duration.ZERO,
                                        Duration.ofHours(24),
                                        "",
                                        null))
                                .stopSignal(signal)
                                .build())
                .withBean(
                        "lazy",
                        ExportWorker.class,
                        () -> {
                            made.incrementAndGet();
                            return ExportWorker.builder(new PGSimpleDataSource(), new DirectoryFileStore(folder))
                                    .build();
                        },
                        definition -> definition.setLazyInit(true))
                .run(context -> {
                    context.publishEvent(new ContextClosedEvent(new StaticApplicationContext()));
                    assertThat(signal.isStopping()).isFalse();

                    context.publishEvent(new ContextClosedEvent(context.getSourceApplicationContext()));
                    assertThat(signal.isAbandoning())
                            .as("the grace, of 0 seconds, is over")
                            .isTrue();
                    assertThat(made).as("lazy beans made to be stopped").hasValue(0);
                });
    }

    /** As with Spring Boot's own BatchDataSource. */
    @Test
    void useTheDataSourceThatIsMarked() {
        withStore().withUserConfiguration(TwoDataSources.class).run(context -> {
            assertThat(context).hasSingleBean(ExportHistory.class).hasSingleBean(ExportCleanUp.class);
            assertThatThrownBy(() -> context.getBean(ExportWorker.class).backlog())
                    .rootCause()
                    .hasMessage("the marked one was asked");
            assertThatThrownBy(() -> context.getBean(ExportCleanUp.class).run())
                    .rootCause()
                    .hasMessage("the marked one was asked");
            assertThatThrownBy(() -> context.getBean(ExportHistory.class).backlog(Duration.ofMinutes(1)))
                    .rootCause()
                    .hasMessage("the marked one was asked");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoDataSources {

        @Bean
        @Primary
        DataSource ofTheShop() {
            return new PGSimpleDataSource();
        }

        @Bean
        @SatchelDataSource
        DataSource ofSatchel() {
            return new AbstractDataSource() {
                @Override
                public Connection getConnection() throws SQLException {
                    throw new SQLException("the marked one was asked");
                }

                @Override
                public Connection getConnection(String user, String password) throws SQLException {
                    return getConnection();
                }
            };
        }
    }

    @Test
    void giveNoWorkerWhereTwoStoresAreEqual() {
        service.withBean("one", FileStore.class, () -> new DirectoryFileStore(folder))
                .withBean("other", FileStore.class, () -> new DirectoryFileStore(folder))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ExportWorker.class));
    }

    /** A component of the service is called as its class. */
    @Test
    void takeNoNameThatAServiceMayUse() {
        ApplicationContextRunner strangers = withStore().withPropertyValues("satchel.datasets=" + datasets());
        for (String name : List.of(
                "fileStore",
                "fileFormats",
                "exportWorker",
                "exportCleanUp",
                "exportHistory",
                "exportCatalog",
                "datasets",
                "postgresDatasets",
                "keyVault",
                "userKeys",
                "keyAudit",
                "dataKeys",
                "userRecords",
                "uploadJournal",
                "knownStores",
                "probeRecords",
                "learnerProgress",
                "progressUpkeep")) {
            strangers = strangers.withBean(name, Object.class, Object::new);
        }
        strangers.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(ExportWorker.class);
            assertThat(context.getBeanDefinitionNames())
                    .filteredOn(name -> context.getType(name, false).getName().startsWith("dev.satchel."))
                    .allMatch(name -> name.startsWith("satchel") || name.contains("dev.satchel."));
        });
    }

    private Path datasets() {
        try {
            return Files.writeString(
                    folder.resolve("datasets.yaml"), "datasets:\n  - {name: analytics, remove: true}\n");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Test
    void closeTheCredentialsAndTheClientThatTheyMade() {
        service.withPropertyValues("satchel.store=s3://bucket", "satchel.s3.endpoint=http://127.0.0.1:9", KMS)
                .withBean(AwsRegionProvider.class, () -> () -> Region.EU_SOUTH_1)
                .run(context -> {
                    context.getBean(KeyEncryptionKeys.class);
                    assertThat(context.getBean(S3Connection.class).credentials())
                            .isSameAs(context.getBean("satchelAwsCredentials"));
                    assertThat(context.getBeanFactory().getSingleton("satchelKmsClient"))
                            .isInstanceOf(KmsClient.class);
                });
    }
}
