package dev.satchel.postgres;

import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;

/**
 * Gives a service that is made with Spring Boot the beans of {@link SatchelPostgres} if it has one data source or a primary
 * one, or marks one with {@link SatchelDataSource}. A bean of the service's own comes before each of them.
 */
@AutoConfiguration(afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@Conditional(SatchelPostgresAutoConfiguration.OnDataSource.class)
@EnableConfigurationProperties(PostgresSettings.class)
@Import(SatchelPostgres.class)
public final class SatchelPostgresAutoConfiguration {

    static final class OnDataSource extends AnyNestedCondition {

        OnDataSource() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnSingleCandidate(DataSource.class)
        static final class OnlyOrPrimary {}

        @ConditionalOnBean(annotation = SatchelDataSource.class)
        static final class Marked {}
    }
}
