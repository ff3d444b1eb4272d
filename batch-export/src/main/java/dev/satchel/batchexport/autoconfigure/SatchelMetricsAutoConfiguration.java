package dev.satchel.batchexport.autoconfigure;

import dev.satchel.batchexport.observe.ExportMeters;
import dev.satchel.batchexport.observe.LagGauges;
import dev.satchel.batchexport.observe.ObservedBeans;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.export.ExportCatalog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Meters and observations of a service that has a registry of meters and Satchel's ports. They appear in the service's
 * registry; nothing is exported by this.
 */
@AutoConfiguration(
        afterName = {
            "dev.satchel.postgres.SatchelPostgresAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({MeterRegistry.class, ExportCatalog.class})
public final class SatchelMetricsAutoConfiguration {

    /** Static, and asking for the registries late, because it is made before all other beans. */
    @Bean
    @ConditionalOnMissingBean
    static ObservedBeans satchelObservedBeans(
            ObjectProvider<MeterRegistry> meters, ObjectProvider<ObservationRegistry> observations) {
        return new ObservedBeans(meters::getObject, () -> observations.getIfAvailable(() -> ObservationRegistry.NOOP));
    }

    @Bean
    @ConditionalOnMissingBean
    ExportMeters satchelExportMeters(MeterRegistry meters) {
        return new ExportMeters(meters);
    }

    /** Unless {@code satchel.metrics.gauges.enabled} is false, for a login that may not read exports. */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "satchel.metrics.gauges.enabled", matchIfMissing = true)
    LagGauges satchelLagGauges(ExportCatalog catalog) {
        return new LagGauges(catalog, new KnownFailures());
    }
}
