package dev.satchel.batchexport.cli.doctor;

import dev.satchel.batchexport.doctor.Examination;
import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Finding.Verdict;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Json;
import java.time.Clock;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        description = {
            "Looks whether Satchel is well, and says what to do where it is not.",
            "Changes nothing, works with every login and says what the login may not see. Ends with 1 when a check"
                    + " failed; a warning is no failure."
        },
        footerHeading = """

                Examples:
                  satchel doctor
                  satchel doctor --quiet
                  satchel doctor --json
                """)
public final class DoctorCommand implements Callable<Integer> {

    private final Console console;

    @Spec
    @Nullable
    CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print failed checks and warnings only: nothing when all is well.")
    boolean quiet;

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        Settings settings = new Settings(console.environment());
        List<Finding> findings = new Examination(
                        version(),
                        settings::database,
                        settings.hasStore() ? Optional.of(settings::store) : Optional.empty(),
                        settings.hasKek()
                                ? Optional.of(() -> settings.kekAddress().open(settings))
                                : Optional.empty(),
                        () -> settings.partition().requestChannel(),
                        Clock.system(ZoneId.systemDefault()))
                .findings();
        List<Finding> printed = findings.stream()
                .filter(finding -> !quiet || finding.isFailed() || finding.verdict() == Verdict.WARNING)
                .toList();
        if (json) {
            console.document(
                    Json.list(printed.stream().map(DoctorCommand::fields).toList()));
        } else {
            printed.stream().flatMap(Finding::lines).forEach(console.out()::println);
        }
        if (!json && !quiet) {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "%d checks, %d failed, %d warnings, %d not checked%n",
                            findings.size(),
                            count(findings, Verdict.FAILED),
                            count(findings, Verdict.WARNING),
                            count(findings, Verdict.NOT_CHECKED));
        }
        return findings.stream().noneMatch(Finding::isFailed) ? 0 : 1;
    }

    private String version() throws Exception {
        if (spec == null || spec.versionProvider() == null) {
            throw new IllegalStateException("each command inherits the provider of the version");
        }
        return spec.versionProvider().getVersion()[0].replaceFirst("^satchel ", "");
    }

    private static long count(List<Finding> findings, Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }

    private static Map<String, Object> fields(Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("check", finding.check());
        fields.put("verdict", finding.verdict().code());
        fields.put("found", finding.found());
        fields.put("remedy", finding.remedy());
        return fields;
    }
}
