package dev.satchel.batchexport.schema;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rooms of the schema, and that no two of its classes need each other. */
@AnalyzeClasses(packages = "dev.satchel.batchexport.schema", importOptions = DoNotIncludeTests.class)
class SchemaRoomsTest {

    private static final String SCHEMA = "dev.satchel.batchexport.schema";

    @ArchTest
    static final ArchRule arrows_lead_to_the_catalog = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage(SCHEMA + "..")
            .layer("catalog")
            .definedBy(SCHEMA + ".catalog..")
            .layer("check")
            .definedBy(SCHEMA + ".check..")
            .layer("migrate")
            .definedBy(SCHEMA + ".migrate..")
            .layer("docs")
            .definedBy(SCHEMA + ".docs..")
            .whereLayer("catalog")
            .mayNotAccessAnyLayer()
            .whereLayer("check")
            .mayOnlyAccessLayers("catalog")
            .whereLayer("migrate")
            .mayOnlyAccessLayers("catalog", "check")
            .whereLayer("docs")
            .mayOnlyAccessLayers("catalog");

    @ArchTest
    static final ArchRule no_two_classes_need_each_other =
            slices().assignedFrom(new OutermostClasses()).should().beFreeOfCycles();

    /** Each class with those that are nested in it. */
    private static final class OutermostClasses implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith(SCHEMA)
                    ? SliceIdentifier.of(type.getName().replaceFirst("\\$.*", ""))
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "classes of the schema";
        }
    }

    /** Two classes that need each other, and one in the wrong room. */
    @Test
    void eachRuleBites() {
        assertThat(violations(no_two_classes_need_each_other))
                .anyMatch(text -> text.contains("CatalogThatChecks") && text.contains("CheckThatIsAsked"));
        assertThat(violations(arrows_lead_to_the_catalog))
                .anyMatch(text -> text.contains("CatalogThatChecks") && text.contains("CheckThatIsAsked"));
    }

    private static List<String> violations(ArchRule rule) {
        var withViolations =
                new ClassFileImporter().importPackages(SCHEMA + ".catalog.violation", SCHEMA + ".check.violation");
        return rule.evaluate(withViolations).getFailureReport().getDetails();
    }
}
