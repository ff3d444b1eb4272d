package dev.satchel.batchexport.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.observe.ExportMeters;
import dev.satchel.batchexport.observe.LagGauges;
import dev.satchel.batchexport.observe.ObservedBeans;
import dev.satchel.batchexport.observe.actuator.SatchelEndpoint;
import dev.satchel.batchexport.observe.actuator.SatchelHealthIndicator;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.validation.ProviderCheck;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.SatchelPostgresAutoConfiguration;
import dev.satchel.provider.HttpProviderCheck;
import dev.satchel.store.FileStore;
import dev.satchel.store.InMemoryFileStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a service gets of meters, health and the endpoint, and where they leave it alone. Nothing connects. */
class ObservabilityAutoConfigurationTest {

    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SatchelPostgresAutoConfiguration.class,
                    SatchelMetricsAutoConfiguration.class,
                    SatchelHealthAutoConfiguration.class,
                    SatchelEndpointAutoConfiguration.class));

    private final ApplicationContextRunner service = bare.withBean(DataSource.class, PGSimpleDataSource::new);

    @Test
    void bootFindsThem() throws IOException {
        try (InputStream imports = SatchelMetricsAutoConfiguration.class.getResourceAsStream(
                "/META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports")) {
            assertThat(new String(imports.readAllBytes(), StandardCharsets.UTF_8))
                    .contains(
                            SatchelMetricsAutoConfiguration.class.getName(),
                            SatchelHealthAutoConfiguration.class.getName(),
                            SatchelEndpointAutoConfiguration.class.getName());
        }
    }

    @Test
    void aServiceWithoutADatabaseIsLeftAlone() {
        bare.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withPropertyValues("management.endpoints.web.exposure.include=*")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ObservedBeans.class)
                        .doesNotHaveBean(SatchelHealthIndicator.class)
                        .doesNotHaveBean(SatchelEndpoint.class));
    }

    @Nested
    class Meters {

        @Test
        void areInTheRegistryOfTheService() {
            service.withConfiguration(AutoConfigurations.of(
                            MetricsAutoConfiguration.class,
                            CompositeMeterRegistryAutoConfiguration.class,
                            SimpleMetricsExportAutoConfiguration.class))
                    .run(context -> {
                        MeterRegistry meters = context.getBean(MeterRegistry.class);

                        assertThat(context).hasNotFailed().hasSingleBean(ExportMeters.class);
                        assertThat(context.getBean(ExportHistory.class)
                                        .getClass()
                                        .getSimpleName())
                                .isEqualTo("ObservedExportHistory");
                        for (String name :
                                new String[] {"satchel.exports", "satchel.exports.pending", "satchel.leases.rescued"}) {
                            assertThat(meters.find(name).meters()).as(name).isNotEmpty();
                        }
                    });
        }

        @Test
        void leaveABeanThatIsDeclaredAsAClassWhatItIs() {
            service.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                    .withUserConfiguration(OwnChecks.class)
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        assertThat(context.getBean("byClass")).isExactlyInstanceOf(HttpProviderCheck.class);
                        assertThat(context.getBean("byPort").getClass().getSimpleName())
                                .isEqualTo("ObservedProviderCheck");
                        assertThat(context.getBean("user")).isEqualTo("was given byClass");
                    });
        }

        @Test
        void haveGaugesUnlessTheServiceSwitchesThemOff() {
            service.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                    .run(context -> assertThat(context).hasSingleBean(LagGauges.class));
            service.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                    .withPropertyValues("satchel.metrics.gauges.enabled=false")
                    .run(context -> assertThat(context)
                            .hasSingleBean(ExportMeters.class)
                            .doesNotHaveBean(LagGauges.class));
        }

        @Test
        void needARegistry() {
            service.run(context -> {
                assertThat(context).hasNotFailed().doesNotHaveBean(ObservedBeans.class);
                assertThat(context.getBean(ExportHistory.class).getClass().getSimpleName())
                        .isEqualTo("PostgresExportHistory");
            });
        }

        @Test
        void needMicrometer() {
            service.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                    .run(context -> assertThat(context)
                            .hasNotFailed()
                            .hasSingleBean(ExportHistory.class)
                            .doesNotHaveBean("satchelObservedBeans"));
        }

        @Test
        void leaveBeansOfTheServiceInPlace() {
            service.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                    .withBean("ours", LagGauges.class, () -> new LagGauges(catalog(), new KnownFailures()))
                    .run(context -> assertThat(context)
                            .hasSingleBean(LagGauges.class)
                            .hasBean("ours")
                            .hasSingleBean(ExportMeters.class));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnChecks {

        @Bean
        HttpProviderCheck byClass() {
            return new HttpProviderCheck();
        }

        @Bean
        ProviderCheck byPort() {
            return new HttpProviderCheck();
        }

        @Bean
        String user(HttpProviderCheck byClass) {
            return "was given byClass";
        }
    }

    private static ExportCatalog catalog() {
        return new SatchelPostgres(new PGSimpleDataSource()).exportCatalog();
    }

    @Nested
    class TheHealth {

        @Test
        void coversWhatTheServiceHas() {
            service.run(context -> assertThat(context.getBeanNamesForType(SatchelHealthIndicator.class))
                    .containsExactlyInAnyOrder(
                            "satchelDatabaseHealthIndicator",
                            "satchelOldestPendingHealthIndicator",
                            "satchelStuckLeaseHealthIndicator"));
            service.withBean(FileStore.class, InMemoryFileStore::new)
                    .withBean(KeyEncryptionKeys.class, ObservabilityAutoConfigurationTest::keys)
                    .run(context -> assertThat(context)
                            .hasBean("satchelStoreHealthIndicator")
                            .hasBean("satchelKeyEncryptionKeyHealthIndicator"));
        }

        @Test
        void canBeSwitchedOff() {
            service.withPropertyValues("management.health.satchel.enabled=false")
                    .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SatchelHealthIndicator.class));
        }

        @Test
        void needsTheHealthOfBoot() {
            service.withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                    .run(context ->
                            assertThat(context).hasNotFailed().doesNotHaveBean("satchelDatabaseHealthIndicator"));
        }

        @Test
        void leavesAnIndicatorOfTheServiceInPlace() {
            HealthIndicator ours = () -> Health.up().build();

            service.withBean("satchelDatabaseHealthIndicator", HealthIndicator.class, () -> ours)
                    .run(context -> assertThat(context.getBean("satchelDatabaseHealthIndicator"))
                            .isSameAs(ours));
        }

        @Test
        void refusesAThresholdThatIsNotPositive() {
            service.withPropertyValues("satchel.health.oldest-pending=0s")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("satchel.health.oldest-pending must be positive, was PT0S"));
        }
    }

    // Of which nothing is asked here.
    private static KeyEncryptionKeys keys() {
        return (KeyEncryptionKeys) Proxy.newProxyInstance(
                KeyEncryptionKeys.class.getClassLoader(),
                new Class<?>[] {KeyEncryptionKeys.class},
                (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return method.invoke(ObservabilityAutoConfigurationTest.class, arguments);
                    }
                    throw new AssertionError(method + Arrays.toString(arguments));
                });
    }

    @Nested
    class TheEndpoint {

        @Test
        void isThereWhereItIsExposed() {
            service.withPropertyValues("management.endpoints.web.exposure.include=satchel")
                    .run(context -> assertThat(context).hasNotFailed().hasSingleBean(SatchelEndpoint.class));
            service.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SatchelEndpoint.class));
        }

        @Test
        void needsTheActuator() {
            service.withClassLoader(new FilteredClassLoader(Endpoint.class))
                    .withPropertyValues("management.endpoints.web.exposure.include=satchel")
                    .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("satchelEndpoint"));
        }
    }
}
