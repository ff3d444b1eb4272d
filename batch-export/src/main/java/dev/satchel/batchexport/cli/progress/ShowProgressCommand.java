package dev.satchel.batchexport.cli.progress;

import dev.satchel.UserId;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.Json;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.progress.Activity;
import dev.satchel.progress.LearnerProgress;
import dev.satchel.progress.Progress;
import dev.satchel.progress.Streak;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "show",
        description = {
            "Shows a user's totals, and their streak and today as of a moment.",
            "With --json also the days of the year up to then on which the user was active."
        },
        footerHeading = """

                Example:
                  satchel progress show --user "$ID" --json
                """)
final class ShowProgressCommand implements Callable<Integer> {

    /** The years in which a day and its 365 predecessors exist for both PostgreSQL and ISO-8601. */
    private static final Instant FIRST = Instant.parse("0002-01-01T00:00:00Z");

    private static final Instant END = Instant.parse("9999-01-01T00:00:00Z");

    private final Console console;

    @Option(names = "--user", paramLabel = "ID", required = true, description = "Whose progress.")
    String user = "";

    @Option(
            names = "--at",
            paramLabel = "INSTANT",
            description = "The moment, such as 2026-03-01T09:30:00Z; now by the database's clock when left out.")
    @Nullable
    String at;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    ShowProgressCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        UserId learner = Ids.user(user);
        Instant asked = at == null ? null : instant(at);
        return new Settings(console.environment()).database().inOneTransaction(dataSource -> {
            show(
                    new SatchelPostgres(dataSource).learnerProgress(),
                    learner,
                    asked == null ? Database.now(dataSource) : asked);
            return 0;
        });
    }

    private void show(LearnerProgress learnerProgress, UserId learner, Instant moment) {
        Progress progress =
                learnerProgress.find(learner).orElseThrow(() -> new RefusedException("no user has the id " + learner));
        Activity activity = learnerProgress.activity(learner, moment);
        Streak streak = learnerProgress.streak(learner, moment);
        if (json) {
            console.document(Json.of(learner, progress, moment, streak, activity));
        } else {
            print(learner, progress, moment, streak, activity);
        }
    }

    private static Instant instant(String text) {
        Instant moment;
        try {
            moment = Instant.parse(text);
        } catch (DateTimeException malformed) {
            throw new UsageException(
                    "'" + text + "' is not a valid instant: expected a moment in UTC such as 2026-03-01T09:30:00Z");
        }
        if (moment.isBefore(FIRST) || !moment.isBefore(END)) {
            throw new UsageException("'" + text + "' is out of range: expected a year from 2 to 9998");
        }
        return moment;
    }

    private void print(UserId learner, Progress progress, Instant moment, Streak streak, Activity activity) {
        line("user", learner);
        line("sessions", progress.sessions());
        line("descriptions", progress.descriptions());
        line("images", progress.images());
        line("questions answered", progress.questionsAnswered());
        line("accuracy", progress.accuracy() + " %");
        line("vocabulary learned", progress.vocabularyLearned());
        line("minutes", progress.minutes());
        line("points", progress.points());
        line("words mastered", progress.words().mastered());
        line("words learning", progress.words().learning());
        line("words new", progress.words().fresh());
        progress.lastActivity().ifPresent(last -> line("last activity", last));
        line("as of", moment);
        line("today", activity.today());
        line("current streak", streak.current());
        line("longest streak", streak.longest());
        line("active days", activity.sessions().size() + " of the last " + Activity.DAYS);
    }

    private void line(String name, Object value) {
        console.out().printf(Locale.ROOT, "%-18s %s%n", name, value);
    }
}
