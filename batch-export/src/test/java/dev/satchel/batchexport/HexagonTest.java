package dev.satchel.batchexport;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.satchel.batchexport.command.Console;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between the modules, and inside this one. */
@AnalyzeClasses(
        packages = "dev.satchel",
        importOptions = {DoNotIncludeTests.class, HexagonTest.NoTestJars.class})
class HexagonTest {

    /** Leaves out what other modules share for tests. */
    static final class NoTestJars implements ImportOption {

        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule the_program_uses_the_adapter_and_both_use_the_domain = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.satchel..")
            .layer("domain")
            .definedBy("dev.satchel", "dev.satchel.export..", "dev.satchel.keys..", "dev.satchel.progress..")
            .layer("postgres")
            .definedBy("dev.satchel.postgres..")
            .layer("program")
            .definedBy("dev.satchel.batchexport..")
            .whereLayer("domain")
            .mayNotAccessAnyLayer()
            .whereLayer("postgres")
            .mayOnlyAccessLayers("domain")
            .whereLayer("program")
            .mayNotBeAccessedByAnyLayer()
            .ensureAllClassesAreContainedInArchitecture();

    @ArchTest
    static final ArchRule rooms_of_the_program_form_no_cycles =
            slices().matching("dev.satchel.batchexport.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule formats_and_stores_know_the_domain_only = classes()
            .that()
            .resideInAnyPackage("dev.satchel.batchexport.format..", "dev.satchel.batchexport.store..")
            .should()
            .onlyDependOnClassesThat()
            .resideOutsideOfPackages(
                    "dev.satchel.postgres..",
                    "dev.satchel.batchexport.command..",
                    "dev.satchel.batchexport.job..",
                    "org.springframework.batch..",
                    "org.springframework.jdbc..");

    @ArchTest
    static final ArchRule only_the_console_touches_the_process_streams = noClasses()
            .that()
            .doNotBelongToAnyOf(Console.class)
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("a command that prints elsewhere spoils its output for programs");

    @Test
    void eachRuleBites() {
        assertThat(violations(the_program_uses_the_adapter_and_both_use_the_domain, "dev.satchel.export.violation"))
                .anyMatch(text -> text.contains("DomainThatKnowsTheProgram"));
        assertThat(violations(the_program_uses_the_adapter_and_both_use_the_domain, "dev.satchel.elsewhere"))
                .anyMatch(text -> text.contains("ClassOfNoLayer"));
        assertThat(violations(rooms_of_the_program_form_no_cycles, "dev.satchel.batchexport"))
                .anyMatch(text -> text.contains("cycleone") && text.contains("cycletwo"));
        assertThat(violations(formats_and_stores_know_the_domain_only, "dev.satchel.batchexport.store.violation"))
                .anyMatch(text -> text.contains("StoreThatKnowsACommand"));
        assertThat(violations(only_the_console_touches_the_process_streams, "dev.satchel.batchexport.store.violation"))
                .anyMatch(text -> text.contains("StoreThatKnowsACommand"));
    }

    // Imports the tests' classes too, which hold one violation of each rule.
    private static Stream<String> violations(ArchRule rule, String packageName) {
        JavaClasses withViolations =
                new ClassFileImporter().importPackages(packageName, "dev.satchel.batchexport.command");
        return rule.evaluate(withViolations).getFailureReport().getDetails().stream();
    }
}
