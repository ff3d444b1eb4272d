package dev.satchel.batchexport.autoconfigure;

import dev.satchel.batchexport.observe.actuator.SatchelEndpoint;
import dev.satchel.batchexport.observe.health.HealthSettings;
import dev.satchel.export.ExportCatalog;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** The endpoint {@code satchel} of a service that has Satchel's ports and exposes it. */
@AutoConfiguration(afterName = {"dev.satchel.postgres.SatchelPostgresAutoConfiguration"})
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(ExportCatalog.class)
@ConditionalOnAvailableEndpoint(SatchelEndpoint.class)
@EnableConfigurationProperties(HealthSettings.class)
public final class SatchelEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    SatchelEndpoint satchelEndpoint(ExportCatalog catalog, HealthSettings settings) {
        return new SatchelEndpoint(catalog, settings.stuckLease());
    }
}
