package dev.satchel.kms;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import example.broken.postgres.TellsTheTime;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "dev.satchel.kms", importOptions = DoNotIncludeTests.class)
class KmsArchitectureTest {

    @ArchTest
    static final ArchRule it_needs_no_more_than_the_vault_and_the_sdk = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.satchel",
                    "dev.satchel.keys..",
                    "dev.satchel.kms..",
                    "java..",
                    "org.jspecify.annotations..",
                    "software.amazon.awssdk.awscore..",
                    "software.amazon.awssdk.core..",
                    "software.amazon.awssdk.services.kms..")
            .because("a service may use it with a vault, an HTTP client and credentials of its own choice");

    @Test
    void failsOnAViolation() {
        var broken = new ClassFileImporter().importPackagesOf(TellsTheTime.class);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> it_needs_no_more_than_the_vault_and_the_sdk.check(broken))
                .withMessageContaining("org.springframework.context.ApplicationContext");
    }
}
