package dev.satchel.batchexport.cli.report;

import dev.satchel.batchexport.doctor.finding.Reasons;
import dev.satchel.batchexport.report.Period;
import dev.satchel.batchexport.report.ReportPage;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.batchexport.terminal.UsageException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "report",
        description = {
            "Writes a page of HTML that shows how exports went in the last days, and how Satchel is now.",
            "Exports by outcome and day, times and sizes, failures with what to do, the queue, jobs and clean-up, key checks"
                    + " and tables. The page needs no network and runs no script. It names no user, no file and no error"
                    + " message.",
            "Changes nothing in the database."
        },
        footerHeading = """

                Examples:
                  satchel report > report.html
                  satchel report --days 7 --zone Europe/Madrid --output report.html
                """)
public final class ReportCommand implements Callable<Integer> {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final String CANCELLED = "57014";

    private static final String STANDARD_OUTPUT = "-";

    private final Console console;

    @Spec
    @Nullable
    CommandSpec spec;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "30",
            description = "How many days, of which the last is today; ${DEFAULT-VALUE} when left out.")
    int days;

    @Option(
            names = "--zone",
            paramLabel = "ZONE",
            defaultValue = "UTC",
            description = "The time zone of those days, such as Europe/Madrid; ${DEFAULT-VALUE} when left out.")
    String zone = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            defaultValue = STANDARD_OUTPUT,
            description =
                    "Where to write the page, with the same permissions if it is there and readable by this account"
                            + " alone if not; to standard output when left out, or with '-'.")
    String output = "";

    ReportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        if (days < 1 || days > Period.MOST_DAYS) {
            throw new UsageException("--days must be a whole number from 1 to " + Period.MOST_DAYS + ", was " + days);
        }
        ZoneId where = zone();
        if (output.equals(STANDARD_OUTPUT)) {
            console.document(page(where));
            return 0;
        }
        try (PageFile file = PageFile.at(output)) {
            file.write(page(where));
        } catch (IOException failed) {
            throw new RefusedException("the page cannot be written to " + output + " ("
                    + failed.getClass().getSimpleName() + "): this account needs the right to write there, and the disk"
                    + " needs room");
        }
        return 0;
    }

    private ZoneId zone() {
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException unknown) {
            throw new UsageException("unknown time zone '" + zone + "': expected a name such as Europe/Madrid or UTC");
        }
    }

    private String page(ZoneId where) throws Exception {
        String version = version();
        try {
            return new Settings(console.environment())
                    .database()
                    .inOneSnapshot(
                            LIMIT, dataSource -> ReportPage.of(JdbcClient.create(dataSource), where, days, version));
        } catch (SQLException | DataAccessException failed) {
            if (Reasons.state(failed).equals(CANCELLED)) {
                throw new RefusedException("the database needed more than " + LIMIT.toSeconds()
                        + " seconds for one figure, or somebody cancelled it, and no page was written: ask for fewer"
                        + " --days, or when the database has less to do");
            }
            throw failed;
        }
    }

    private String version() throws Exception {
        if (spec == null || spec.versionProvider() == null) {
            throw new IllegalStateException("each command inherits the provider of the version");
        }
        return spec.versionProvider().getVersion()[0].replaceFirst("^satchel ", "");
    }
}
