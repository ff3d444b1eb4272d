package dev.satchel.batchexport.bench.survival;

import dev.satchel.batchexport.terminal.Console;
import dev.satchel.judge.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What becomes of exports whose workers are killed and paused, in Satchel and in other systems. */
@Command(
        name = "survival",
        description = {
            "Kills and pauses the workers of Satchel and of other systems while they deliver the same exports,",
            "and lets a judge that knows none of them say what was lost, doubled, stuck, truncated or orphaned."
        })
public final class SurvivalBench implements Callable<Integer> {

    private final Console console;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "SYSTEM",
            description = "Systems to run: ${COMPLETION-CANDIDATES}. Without it, all.")
    List<Competitor> only = List.of(Competitor.values());

    @Option(names = "--exports", paramLabel = "N", defaultValue = "100", description = "Exports: ${DEFAULT-VALUE}.")
    int exports;

    @Option(
            names = "--records",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Records of each: ${DEFAULT-VALUE}.")
    int records;

    @Option(names = "--kills", paramLabel = "N", defaultValue = "20", description = "SIGKILLs: ${DEFAULT-VALUE}.")
    int kills;

    @Option(
            names = "--pauses",
            paramLabel = "N",
            defaultValue = "4",
            description = "Pauses longer than a lease: ${DEFAULT-VALUE}.")
    int pauses;

    @Option(
            names = "--lease",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "When a silent worker counts as dead: ${DEFAULT-VALUE}.")
    int lease;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of all chance: ${DEFAULT-VALUE}.")
    long seed;

    /** A benchmark that prints to the console. */
    public SurvivalBench(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        atLeast("--exports", exports, 1);
        atLeast("--records", records, 1);
        atLeast("--kills", kills, 0);
        atLeast("--pauses", pauses, 0);
        atLeast("--lease", lease, 3);
        List<Outcome> outcomes = new ArrayList<>();
        for (Competitor competitor : only) {
            console.err().println("running " + competitor);
            outcomes.add(run(competitor));
        }
        console.out()
                .println(String.format(
                        Locale.ROOT,
                        "%d exports of %d records, 3 workers, a worker counts as dead after %d s, pauses of %d s, seed %d",
                        exports,
                        records,
                        lease,
                        plan().pause().toSeconds(),
                        seed));
        console.out().println("");
        Outcome.head().forEach(console.out()::println);
        outcomes.forEach(outcome -> console.out().println(outcome.row()));
        boolean isSatchelWrong = outcomes.stream()
                .anyMatch(outcome ->
                        outcome.system().equals("Satchel") && !outcome.findings().isEmpty());
        return isSatchelWrong ? 1 : 0;
    }

    private Outcome run(Competitor competitor) throws Exception {
        Path folder = Files.createTempDirectory("satchel-survival");
        Outcome outcome = run(competitor, folder);
        if (outcome.findings().isEmpty()) {
            delete(folder);
        }
        return outcome;
    }

    private Outcome run(Competitor competitor, Path folder) throws Exception {
        try (Store store = Store.s3(folder.resolve("s3"));
                Subject subject = competitor.start(store, Duration.ofSeconds(lease), folder)) {
            Outcome outcome = new Survival(subject, store, Network.SOUND, plan(), folder.resolve("logs")).run();
            for (Finding finding : outcome.findings()) {
                console.err()
                        .println(String.format(
                                Locale.ROOT,
                                "%s: %s %s: %s",
                                outcome.system(),
                                finding.verdict(),
                                finding.subject(),
                                finding.detail()));
            }
            if (!outcome.findings().isEmpty()) {
                console.err().println("logs of its workers: " + folder.resolve("logs"));
            }
            return outcome;
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private Survival.Plan plan() {
        return new Survival.Plan(
                3,
                exports,
                records,
                Fault.plan(Map.of(Fault.KILL, kills, Fault.PAUSE, pauses), seed),
                Duration.ofSeconds(lease),
                Duration.ofMillis(1500),
                Duration.ofSeconds(lease).multipliedBy(2).plusSeconds(30),
                seed);
    }

    private void atLeast(String option, int value, int least) {
        if (value < least) {
            throw new ParameterException(spec.commandLine(), option + " must be at least " + least + ", was " + value);
        }
    }

    /** The systems, as the option names them. */
    enum Competitor {
        SATCHEL("satchel"),
        DB_SCHEDULER("db-scheduler"),
        JOBRUNR("jobrunr"),
        DBOS("dbos"),
        SPRING_BATCH("spring-batch");

        private final String option;

        Competitor(String option) {
            this.option = option;
        }

        Subject start(Store store, Duration lease, Path folder) throws IOException {
            return switch (this) {
                case SATCHEL -> new SatchelSubject(store, lease);
                case DB_SCHEDULER -> new PeerSubject(option, "db-scheduler", store, lease, folder);
                case JOBRUNR -> new PeerSubject(option, "jobrunr", store, lease, folder);
                case DBOS -> new PeerSubject(option, "transact", store, lease, folder);
                case SPRING_BATCH -> new PeerSubject(option, "spring-batch-core", store, lease, folder);
            };
        }

        @Override
        public String toString() {
            return option;
        }
    }
}
