package dev.satchel.postgres;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
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
    static final ArchRule only_what_is_configured_is_public = classes()
            .that()
            .doNotHaveSimpleName("SatchelPostgres")
            .and()
            .doNotHaveSimpleName("PostgresDatasets")
            .and()
            .doNotHaveSimpleName("FileKeyEncryptionKeys")
            .and()
            .doNotHaveSimpleName("package-info")
            .should()
            .notBePublic()
            .because("whoever embeds the adapter should depend on the ports, not on how they are served");

    @ArchTest
    static final ArchRule the_adapter_needs_no_more_than_jdbc_and_tink = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "com.google.crypto.tink..",
                    // A part of the JDK; tells who the process's user is.
                    "com.sun.security.auth.module",
                    "dev.satchel",
                    "dev.satchel.export..",
                    "dev.satchel.keys..",
                    "dev.satchel.postgres..",
                    "dev.satchel.progress..",
                    "java..",
                    "javax.sql..",
                    "org.jspecify.annotations..",
                    "org.postgresql..",
                    "org.snakeyaml.engine..",
                    "org.springframework.beans..",
                    "org.springframework.boot.autoconfigure..",
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
    void eachRuleBites() {
        var broken = new ClassFileImporter().importPackagesOf(TellsTheTime.class);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> only_what_is_configured_is_public.check(broken))
                .withMessageContaining("TellsTheTime");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> the_adapter_needs_no_more_than_jdbc_and_tink.check(broken))
                .withMessageContaining("org.springframework.context.ApplicationContext");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> deadlines_come_from_the_database.check(broken))
                .withMessageContaining("Instant.now()");
    }
}
