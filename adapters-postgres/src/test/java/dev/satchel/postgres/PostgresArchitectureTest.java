package dev.satchel.postgres;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import example.broken.postgres.TellsTheTime;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "dev.satchel.postgres", importOptions = DoNotIncludeTests.class)
class PostgresArchitectureTest {

    @ArchTest
    static final ArchRule each_package_has_one_public_class = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .resideOutsideOfPackages(
                    "dev.satchel.postgres.dataset", "dev.satchel.postgres.session", "dev.satchel.postgres.yaml")
            .and()
            .doNotHaveSimpleName("package-info")
            .and(not(simpleName("SatchelPostgres")
                    .or(simpleName("SatchelPostgresAutoConfiguration"))
                    .or(simpleName("SatchelDataSource"))
                    .or(simpleName("PostgresSettings"))
                    .or(simpleName("PostgresExports"))
                    .or(simpleName("PostgresUserRecords"))
                    .or(simpleName("PostgresProgress"))
                    .or(simpleName("PostgresKeys"))
                    .or(simpleName("LiveDatasets"))))
            .should()
            .notBePublic()
            .because("a service that embeds the adapter depends on the ports, not on how they are served");

    @ArchTest
    static final ArchRule packages_know_those_below_them_only = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.satchel.postgres..")
            .layer("way in")
            .definedBy("dev.satchel.postgres")
            .layer("export")
            .definedBy("dev.satchel.postgres.export..")
            .layer("records")
            .definedBy("dev.satchel.postgres.records..")
            .layer("progress")
            .definedBy("dev.satchel.postgres.progress..")
            .layer("keys")
            .definedBy("dev.satchel.postgres.keys..")
            .layer("dataset")
            .definedBy("dev.satchel.postgres.dataset")
            .layer("dataset check")
            .definedBy("dev.satchel.postgres.dataset.check..")
            .layer("session")
            .definedBy("dev.satchel.postgres.session..")
            .layer("yaml")
            .definedBy("dev.satchel.postgres.yaml..")
            .whereLayer("way in")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("export")
            .mayOnlyAccessLayers("session")
            .whereLayer("records")
            .mayOnlyAccessLayers("dataset", "session")
            .whereLayer("progress")
            .mayOnlyAccessLayers("session")
            .whereLayer("keys")
            .mayOnlyAccessLayers("session")
            .whereLayer("dataset")
            .mayOnlyAccessLayers("yaml")
            .whereLayer("dataset check")
            .mayOnlyAccessLayers("dataset", "session")
            .whereLayer("session")
            .mayNotAccessAnyLayer()
            .whereLayer("yaml")
            .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule the_adapter_needs_no_more_than_jdbc_and_tink = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "com.google.crypto.tink..",
                    // A part of the JDK; tells who the process's user is.
                    "com.sun.security.auth.module",
                    "dev.satchel",
                    "dev.satchel.record..",
                    "dev.satchel.archive..",
                    "dev.satchel.export..",
                    "dev.satchel.store..",
                    "dev.satchel.keys..",
                    "dev.satchel.partition..",
                    "dev.satchel.postgres..",
                    "dev.satchel.progress..",
                    "java..",
                    "javax.sql..",
                    "org.jspecify.annotations..",
                    "org.postgresql..",
                    "org.snakeyaml.engine..",
                    "org.springframework.beans..",
                    "org.springframework.boot.autoconfigure..",
                    "org.springframework.boot.context.properties..",
                    "org.springframework.context.annotation..",
                    "org.springframework.dao..",
                    "org.springframework.jdbc..",
                    "org.springframework.transaction..",
                    "tools.jackson.databind..")
            .because("a service that embeds it gets no dependency it did not ask for");

    @ArchTest
    static final ArchRule deadlines_come_from_the_database = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(OffsetDateTime.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .because("the clocks of two machines differ, and a lease must end for both at once");

    @Test
    void failsOnAViolationOfEachRule() {
        var broken = new ClassFileImporter().importPackagesOf(TellsTheTime.class);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> each_package_has_one_public_class.check(broken))
                .withMessageContaining("TellsTheTime");
        var withArrow = new ClassFileImporter().importPackages("dev.satchel.postgres");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> packages_know_those_below_them_only.check(withArrow))
                .withMessageContaining("SessionThatKnowsExports");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> the_adapter_needs_no_more_than_jdbc_and_tink.check(broken))
                .withMessageContaining("org.springframework.context.ApplicationContext");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> deadlines_come_from_the_database.check(broken))
                .withMessageContaining("Instant.now()");
    }
}
