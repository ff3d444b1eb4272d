package dev.satchel.postgres;

import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;

/**
 * Gives a service that is made with Spring Boot the beans of {@link SatchelPostgres} if it has one data source or a primary
 * one. A bean of the service's own comes before each of them.
 */
@AutoConfiguration(afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@ConditionalOnSingleCandidate(DataSource.class)
@EnableConfigurationProperties(PostgresSettings.class)
@Import(SatchelPostgres.class)
public final class SatchelPostgresAutoConfiguration {}
