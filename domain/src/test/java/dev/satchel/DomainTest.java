package dev.satchel;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import example.broken.clock.ReadsTheClock;
import example.broken.cycle.one.One;
import example.broken.cycle.two.Two;
import example.broken.stranger.NeedsAssertJ;
import example.broken.stranger.TouchesFiles;
import java.time.Clock;
import java.util.Date;
import java.util.Set;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "dev.satchel", importOptions = DoNotIncludeTests.class)
class DomainTest {

    @ArchTest
    static final ArchRule the_domain_needs_nothing_but_the_jdk = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.satchel..",
                    "java.io",
                    "java.lang..",
                    "java.math",
                    "java.net",
                    "java.nio",
                    "java.nio.charset",
                    "java.security..",
                    "java.time..",
                    "java.util..",
                    "javax.crypto..",
                    "org.jspecify.annotations")
            .because("rules outlive technologies, and what does I/O is reached through a port");

    @ArchTest
    static final ArchRule the_domain_is_told_the_time = noClasses()
            .should()
            .accessTargetWhere(describe("tells the time", DomainTest::tellsTheTime))
            .orShould()
            .callConstructor(Date.class)
            .because("a caller that passes the time can be tested at any time");

    @ArchTest
    static final ArchRule packages_form_no_cycles = noCyclesIn("dev.satchel");

    private static boolean tellsTheTime(JavaAccess<?> access) {
        AccessTarget target = access.getTarget();
        String owner = target.getOwner().getName();
        return (owner.startsWith("java.time.") && target.getName().equals("now"))
                || (owner.equals(Clock.class.getName()) && target.getName().startsWith("system"))
                || (owner.equals(System.class.getName())
                        && Set.of("currentTimeMillis", "nanoTime").contains(target.getName()));
    }

    private static ArchRule noCyclesIn(String root) {
        return slices().matching(root + ".(**)").should().beFreeOfCycles();
    }

    private static AssertionError violation(ArchRule rule, Class<?>... broken) {
        JavaClasses classes = new ClassFileImporter().importClasses(broken);
        AssertionError violation = catchThrowableOfType(AssertionError.class, () -> rule.check(classes));
        assertThat(violation).as("the rule lets %s pass", (Object) broken).isNotNull();
        return violation;
    }

    @Test
    void theRuleAgainstLibrariesBites() {
        assertThat(violation(the_domain_needs_nothing_but_the_jdk, NeedsAssertJ.class))
                .hasMessageContaining("org.assertj.core.api.Assertions");
    }

    @Test
    void theRuleAgainstIoBites() {
        assertThat(violation(the_domain_needs_nothing_but_the_jdk, TouchesFiles.class))
                .hasMessageContaining("java.nio.file.Files");
    }

    @Test
    void theRuleAgainstClocksBites() {
        assertThat(violation(the_domain_is_told_the_time, ReadsTheClock.class))
                .hasMessageContaining("was violated (6 times)");
    }

    @Test
    void theRuleAgainstCyclesBites() {
        assertThat(violation(noCyclesIn("example.broken.cycle"), One.class, Two.class))
                .hasMessageContaining("Cycle detected: Slice one");
    }
}
