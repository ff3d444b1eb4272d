package dev.satchel.batchexport.report;

import dev.satchel.batchexport.doctor.OwnTables;
import dev.satchel.batchexport.doctor.Queue;
import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.page.Ranges.Spread;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** Reports without a database: of a busy installation, of one that nobody uses yet, and of one with hostile names. */
final class SampleReports {

    private static final Instant NOW = Instant.parse("2026-11-29T10:15:30Z");

    private SampleReports() {}

    static Report empty() {
        Period period = new Period(NOW, ZoneId.of("UTC"), 30);
        return new Report(
                period,
                "app",
                "18.0",
                List.of(Finding.ok("pending exports", "no export waits")),
                new Exports(
                        Tally.NOTHING,
                        period.dates().stream().map(date -> Tally.NOTHING).toList(),
                        Map.of()),
                List.of(),
                new Waiting(List.of(new Waiting.Age("less than a minute", 0)), List.of(), new Queue.Leases(0, 0, 0), 0),
                new Runs(List.of(), Map.of()),
                new Report.Files(0, 0),
                Optional.of(List.of()),
                List.of(table("public.export_history", 40_960, 0)),
                null);
    }

    static Report busy() {
        return named("app", "");
    }

    /** A busy one, with {@code text} in each name that another program or an administrator can choose. */
    static Report named(String database, String text) {
        Period period = new Period(NOW, ZoneId.of("Europe/Madrid"), 30);
        Random random = new Random(13);
        List<Tally> days = new ArrayList<>();
        for (LocalDate date : period.dates()) {
            boolean isQuiet = date.getDayOfWeek().getValue() > 5;
            long delivered = (isQuiet ? 40 : 180) + random.nextInt(60);
            long failed = date.getDayOfMonth() == 17 ? 96 : random.nextInt(5);
            boolean isToday = date.equals(period.last());
            double median = 3 + random.nextInt(9);
            double size = 40_000 + random.nextInt(200_000);
            days.add(new Tally(
                    delivered,
                    failed,
                    random.nextInt(7),
                    isToday ? 23 : 0,
                    isToday ? 4 : 0,
                    random.nextInt(9),
                    date.isBefore(period.last().minusDays(7)) ? delivered : 0,
                    delivered * 4_211,
                    (long) (delivered * size),
                    Optional.of(new Spread(median / 4, median * 3, median * 40)),
                    Optional.of(new Spread(median, median * (4 + random.nextInt(20)), median * 200)),
                    Optional.of(new Spread(size, size * 18, size * 900))));
        }
        Map<String, Tally> formats = new TreeMap<>();
        formats.put("csv", days.get(3));
        formats.put("json", days.get(4));
        formats.put("jsonl", days.get(5));
        long failed = days.stream().mapToLong(Tally::failed).sum();
        Map<LocalDate, Runs.Removals> removals = new TreeMap<>();
        for (LocalDate date : period.dates()) {
            removals.put(date, new Runs.Removals(24, date.getDayOfMonth() == 17 ? 6 : 0, 100 + random.nextInt(120)));
        }
        return new Report(
                period,
                database + text,
                "18.0 (Debian 18.0-1)" + text,
                List.of(
                        Finding.failed(
                                "pending exports" + text,
                                "the oldest of 23 pending exports has waited for 27 hours, longer than 26 hours",
                                "See that a worker runs ('satchel export run'), and what 'satchel export list --status"
                                        + " pending' says they wait for."),
                        Finding.ok("stuck leases", "no lease is stuck; exports under way: 4, with an expired lease: 0"),
                        Finding.ok("clean-up", "expired files that are still there: 0; objects of deleted exports: 0"),
                        Finding.warning(
                                "exports of the last day",
                                "delivered 184, failed 3 (2 %): store_unavailable 3" + text,
                                "store_unavailable: none, unless it lasts. Then run 'satchel export retry --failed' and"
                                        + " 'satchel export run'."),
                        Finding.ok("last export run", "the last one that succeeded ended 2026-11-29 11:14:02"),
                        Finding.notChecked("tables", "it took longer than ten seconds", "Try again.")),
                new Exports(sum(days), days, formats),
                List.of(
                        new Failures.Group("store_unavailable", 96, Instant.parse("2026-11-17T22:40:00Z")),
                        new Failures.Group("invalid_request", 31, Instant.parse("2026-11-29T08:00:00Z")),
                        new Failures.Group("records_hidden", 9, Instant.parse("2026-11-20T08:00:00Z")),
                        new Failures.Group("other", failed - 136, null)),
                new Waiting(
                        List.of(
                                new Waiting.Age("less than a minute", 6),
                                new Waiting.Age("up to 10 minutes", 11),
                                new Waiting.Age("up to an hour", 3),
                                new Waiting.Age("up to 6 hours", 2),
                                new Waiting.Age("up to 26 hours", 0),
                                new Waiting.Age("longer than 26 hours", 1)),
                        List.of(
                                new Queue.Waiting("", 20, Duration.ofHours(2)),
                                new Queue.Waiting("access_denied", 3, Duration.ofHours(27))),
                        new Queue.Leases(4, 0, 0),
                        2),
                new Runs(
                        List.of(
                                new Runs.Job(
                                        "cleanup" + text,
                                        720,
                                        714,
                                        6,
                                        0,
                                        LocalDateTime.parse("2026-11-29T11:00:09"),
                                        Optional.of(new Spread(1.4, 5, 31))),
                                new Runs.Job(
                                        "exportRun",
                                        2_880,
                                        2_871,
                                        8,
                                        1,
                                        LocalDateTime.parse("2026-11-29T11:14:02"),
                                        Optional.of(new Spread(8.2, 60, 1_840)))),
                        removals),
                new Report.Files(1_402, 3_812_220_000L),
                Optional.of(List.of(
                        new KeyChecks.Group("anthropic" + text, 310, 301, 4, 5, 306, 4, 2, NOW.minusSeconds(4_000)),
                        new KeyChecks.Group("openai", 1_204, 1_150, 40, 14, 1_190, 10, 12, null))),
                List.of(
                        table("public.export_history" + text, 812_000_000, 1_002_311),
                        table("satchel.session_contribution", 388_000_000, 2_402_110),
                        table("satchel.upload_journal", 12_400_000, 1_402),
                        table("public.user_progress", 9_400_000, 40_212),
                        table("satchel.batch_step_execution", 3_100_000, 9_400),
                        table("satchel.key_audit", 2_100_000, 20_100),
                        table("satchel.batch_job_execution", 940_000, 3_600),
                        table("public.user_api_keys", 640_000, 1_400),
                        table("satchel.export_lease", 96_000, 27)),
                Instant.parse("2026-03-01T00:00:00Z"));
    }

    private static OwnTables.Table table(String name, long bytes, long rows) {
        return new OwnTables.Table(
                name, bytes, rows, rows / 40, rows * 2, rows, rows > 50_000 ? NOW.minusSeconds(86_400) : null);
    }

    private static Tally sum(List<Tally> days) {
        Tally middle = days.get(12);
        return new Tally(
                days.stream().mapToLong(Tally::delivered).sum(),
                days.stream().mapToLong(Tally::failed).sum(),
                days.stream().mapToLong(Tally::cancelled).sum(),
                days.stream().mapToLong(Tally::waiting).sum(),
                days.stream().mapToLong(Tally::active).sum(),
                days.stream().mapToLong(Tally::tried).sum(),
                days.stream().mapToLong(Tally::removed).sum(),
                days.stream().mapToLong(Tally::records).sum(),
                days.stream().mapToLong(Tally::bytes).sum(),
                middle.waited(),
                middle.took(),
                middle.size());
    }
}
