package dev.satchel.batchexport;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.TerminalWriter;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.validation.KeyValidation;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between the modules, and inside this one. */
@AnalyzeClasses(
        packages = "dev.satchel",
        importOptions = {DoNotIncludeTests.class, HexagonTest.NoTestJars.class})
class HexagonTest {

    private static final JavaClasses WITH_VIOLATIONS = new ClassFileImporter()
            .importPackages(
                    "dev.satchel.export.violation",
                    "dev.satchel.elsewhere",
                    "dev.satchel.kms.violation",
                    "dev.satchel.keys",
                    "dev.satchel.postgres",
                    "dev.satchel.provider",
                    "dev.satchel.batchexport.cycleone",
                    "dev.satchel.batchexport.cycletwo",
                    "dev.satchel.batchexport.store.violation",
                    "dev.satchel.batchexport.cli..");

    /** Leaves out what other modules share for tests. */
    static final class NoTestJars implements ImportOption {

        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar") && !location.contains("/dev/satchel/judge/");
        }
    }

    @ArchTest
    static final ArchRule the_program_uses_the_adapters_and_all_use_the_domain = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.satchel..")
            .layer("domain")
            .definedBy(
                    "dev.satchel",
                    "dev.satchel.record..",
                    "dev.satchel.archive..",
                    "dev.satchel.export..",
                    "dev.satchel.store..",
                    "dev.satchel.delivery..",
                    "dev.satchel.keys..",
                    "dev.satchel.partition..",
                    "dev.satchel.progress..")
            .layer("postgres")
            .definedBy("dev.satchel.postgres..")
            .layer("provider")
            .definedBy("dev.satchel.provider..")
            .layer("kms")
            .definedBy("dev.satchel.kms..")
            .layer("keyset")
            .definedBy("dev.satchel.keyset..")
            .layer("program")
            .definedBy("dev.satchel.batchexport..")
            .whereLayer("domain")
            .mayNotAccessAnyLayer()
            .whereLayer("postgres")
            .mayOnlyAccessLayers("domain")
            .whereLayer("provider")
            .mayOnlyAccessLayers("domain")
            .whereLayer("kms")
            .mayOnlyAccessLayers("domain")
            .whereLayer("keyset")
            .mayOnlyAccessLayers("domain")
            .whereLayer("program")
            .mayNotBeAccessedByAnyLayer()
            .ensureAllClassesAreContainedInArchitecture();

    @ArchTest
    static final ArchRule packages_form_no_cycles =
            slices().matching("dev.satchel.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packages_of_the_program_know_those_below_them_only = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.satchel.batchexport..")
            .layer("main")
            .definedBy("dev.satchel.batchexport")
            .layer("cli")
            .definedBy("dev.satchel.batchexport.cli")
            .layer("commands")
            .definedBy("dev.satchel.batchexport.cli.(*)..")
            .layer("autoconfigure")
            .definedBy("dev.satchel.batchexport.autoconfigure..")
            .layer("settings")
            .definedBy("dev.satchel.batchexport.settings..")
            .layer("doctor")
            .definedBy("dev.satchel.batchexport.doctor..")
            .layer("report")
            .definedBy("dev.satchel.batchexport.report..")
            .layer("page")
            .definedBy("dev.satchel.batchexport.page..")
            .layer("serve")
            .definedBy("dev.satchel.batchexport.serve..")
            .layer("run")
            .definedBy("dev.satchel.batchexport.run..")
            .layer("observe")
            .definedBy("dev.satchel.batchexport.observe..")
            .layer("schema")
            .definedBy("dev.satchel.batchexport.schema..")
            .layer("database")
            .definedBy("dev.satchel.batchexport.database..")
            .layer("format")
            .definedBy("dev.satchel.batchexport.format..")
            .layer("store")
            .definedBy("dev.satchel.batchexport.store..")
            .layer("terminal")
            .definedBy("dev.satchel.batchexport.terminal..")
            .whereLayer("main")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("cli")
            .mayOnlyBeAccessedByLayers("main")
            .whereLayer("commands")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("autoconfigure")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("settings")
            .mayOnlyBeAccessedByLayers("cli", "commands", "autoconfigure")
            .whereLayer("doctor")
            .mayOnlyBeAccessedByLayers("commands", "report")
            .whereLayer("report")
            .mayOnlyBeAccessedByLayers("commands")
            .whereLayer("page")
            .mayOnlyAccessLayers("terminal")
            .whereLayer("serve")
            .mayOnlyBeAccessedByLayers("commands", "settings")
            .whereLayer("run")
            .mayOnlyBeAccessedByLayers("cli", "commands", "settings", "autoconfigure", "doctor", "serve")
            .whereLayer("observe")
            .mayOnlyBeAccessedByLayers("commands", "settings", "run", "autoconfigure", "doctor", "serve")
            .whereLayer("schema")
            .mayOnlyBeAccessedByLayers("cli", "commands", "run", "database", "doctor")
            .whereLayer("format")
            .mayOnlyAccessLayers("page")
            .whereLayer("store")
            .mayNotAccessAnyLayer()
            .whereLayer("terminal")
            .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule formats_and_stores_know_the_domain_only = classes()
            .that()
            .resideInAnyPackage("dev.satchel.batchexport.format..", "dev.satchel.batchexport.store..")
            .should()
            .onlyDependOnClassesThat()
            .resideOutsideOfPackages(
                    "dev.satchel.kms..",
                    "dev.satchel.postgres..",
                    "dev.satchel.batchexport.cli..",
                    "dev.satchel.batchexport.run..",
                    "org.springframework.batch..",
                    "org.springframework.jdbc..");

    @ArchTest
    static final ArchRule only_the_provider_checks_send_over_http = noClasses()
            .that()
            .resideOutsideOfPackage("dev.satchel.provider..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.net.http..")
            .because("where a key is sent to is decided in one small room");

    @ArchTest
    static final ArchRule only_the_console_touches_the_process_streams = noClasses()
            .that()
            .doNotBelongToAnyOf(Console.class)
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("a command that prints elsewhere spoils its output for programs");

    @ArchTest
    static final ArchRule only_the_console_prints_more_than_a_line = noClasses()
            .that()
            .resideInAPackage("dev.satchel.batchexport..")
            .and()
            .doNotBelongToAnyOf(Console.class, TerminalWriter.class)
            .should()
            .callMethod(PrintWriter.class, "print", String.class)
            .orShould()
            .callMethod(PrintWriter.class, "write", String.class)
            .orShould()
            .callMethod(PrintWriter.class, "append", CharSequence.class)
            .because("println and printf give every value one line, and a document is what quotes its values");

    @ArchTest
    static final ArchRule only_the_use_cases_open_keys = methods()
            .that()
            .areDeclaredInClassesThat()
            .areAssignableTo(KeyVault.class)
            .and()
            .haveName("open")
            .should(beUsedOnlyBy(belongToAnyOf(UserKeys.class, KeyValidation.class)))
            .because("whoever needs a key lends it from UserKeys, which cannot give it away");

    @ArchTest
    static final ArchRule only_those_who_must_read_keys = methods()
            .that()
            .areDeclaredIn(ApiKey.class)
            .and()
            .haveName("revealSecret")
            .should(beUsedOnlyBy(belongToAnyOf(Provider.class)
                    .or(simpleName("DataKey"))
                    .or(simpleName("ProviderApi"))
                    .as("the format check, the sealing and the question to a provider")));

    // Unlike onlyBeCalled, it sees vault::open too.
    private static ArchCondition<JavaMethod> beUsedOnlyBy(DescribedPredicate<JavaClass> users) {
        return new ArchCondition<>("be used only by " + users.getDescription()) {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                Stream.concat(method.getCallsOfSelf().stream(), method.getReferencesToSelf().stream())
                        .filter(use -> !users.test(use.getOriginOwner()))
                        .forEach(use -> events.add(SimpleConditionEvent.violated(use, use.getDescription())));
            }
        };
    }

    @Test
    void failsOnAViolationOfEachRule() {
        assertThat(violations(the_program_uses_the_adapters_and_all_use_the_domain))
                .anyMatch(text -> text.contains("DomainThatKnowsTheProgram"));
        assertThat(violations(the_program_uses_the_adapters_and_all_use_the_domain))
                .anyMatch(text -> text.contains("ClassOfNoLayer"));
        assertThat(violations(the_program_uses_the_adapters_and_all_use_the_domain))
                .anyMatch(text -> text.contains("KmsThatKnowsPostgres"));
        assertThat(violations(packages_form_no_cycles))
                .anyMatch(text -> text.contains("cycleone") && text.contains("cycletwo"));
        assertThat(violations(packages_of_the_program_know_those_below_them_only))
                .anyMatch(text -> text.contains("StoreThatKnowsACommand"));
        assertThat(violations(formats_and_stores_know_the_domain_only))
                .anyMatch(text -> text.contains("StoreThatKnowsACommand"));
        assertThat(violations(only_the_use_cases_open_keys))
                .anyMatch(text -> text.contains("StoreThatOpensKeys.byCall"))
                .anyMatch(text -> text.contains("StoreThatOpensKeys.byReference"))
                .noneMatch(text -> text.contains("UserKeys.use"));
        assertThat(violations(only_those_who_must_read_keys))
                .anyMatch(text -> text.contains("StoreThatOpensKeys"))
                .noneMatch(text -> text.contains("DataKey.seal"));
        assertThat(violations(only_the_provider_checks_send_over_http))
                .anyMatch(text -> text.contains("StoreThatOpensKeys"))
                .noneMatch(text -> text.contains("HttpProviderCheck"));
        assertThat(violations(only_the_console_touches_the_process_streams))
                .anyMatch(text -> text.contains("StoreThatKnowsACommand"));
        assertThat(violations(only_the_console_prints_more_than_a_line))
                .anyMatch(text -> text.contains("StoreThatKnowsACommand"));
    }

    // The tests' classes too, which hold one violation of each rule.
    private static List<String> violations(ArchRule rule) {
        return rule.evaluate(WITH_VIOLATIONS).getFailureReport().getDetails();
    }
}
