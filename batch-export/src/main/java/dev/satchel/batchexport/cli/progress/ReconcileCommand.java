package dev.satchel.batchexport.cli.progress;

import dev.satchel.batchexport.cli.metrics.MetricsFileOption;
import dev.satchel.batchexport.cli.metrics.RecordedCommand;
import dev.satchel.batchexport.observe.SatchelJob;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Json;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.progress.Drift;
import dev.satchel.progress.ProgressUpkeep.Reconciliation;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "reconcile",
        description = {
            "Compares every user's progress with its sources and prints each difference.",
            "The sources are sessions and words. Sessions may keep ending meanwhile. Ends with 1 when differences are left, or users stayed locked."
        },
        footerHeading = """

                Examples:
                  satchel progress reconcile
                  satchel progress reconcile --repair
                """)
final class ReconcileCommand implements Callable<Integer> {

    private final Console console;

    @Option(names = "--repair", description = "Compute again what is not as it should be.")
    boolean repair;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Mixin
    MetricsFileOption metrics = new MetricsFileOption();

    ReconcileCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (RecordedCommand recorded = metrics.begin(SatchelJob.PROGRESS_RECONCILE)) {
            int verdict = reconcile(recorded);
            if (verdict == 0) {
                recorded.succeeded();
            }
            return verdict;
        }
    }

    private int reconcile(RecordedCommand recorded) throws SQLException {
        List<Map<String, Object>> listed = new ArrayList<>();
        Consumer<Drift> watcher = json ? drift -> listed.add(fields(drift)) : this::print;
        Reconciliation outcome = recorded.measured(new SatchelPostgres(
                                new Settings(console.environment()).database().migrated())
                        .progressUpkeep())
                .reconcile(repair, watcher);
        if (json) {
            console.document(Json.list(listed));
        } else {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "%d users looked at, %d differences %s%n",
                            outcome.users(),
                            outcome.drifts(),
                            repair ? "repaired" : "found");
        }
        if (outcome.busy() > 0) {
            console.err()
                    .println("satchel: " + outcome.busy() + " users stayed locked for a minute and were not looked at");
        }
        return outcome.busy() == 0 && (repair || outcome.drifts() == 0) ? 0 : 1;
    }

    private void print(Drift drift) {
        console.out()
                .printf(
                        Locale.ROOT,
                        "user %s: %s: expected %s, found %s%n",
                        drift.user(),
                        drift.what(),
                        drift.expected(),
                        drift.found());
    }

    private static Map<String, Object> fields(Drift drift) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("user", drift.user().toString());
        fields.put("what", drift.what());
        fields.put("expected", drift.expected());
        fields.put("found", drift.found());
        return fields;
    }
}
