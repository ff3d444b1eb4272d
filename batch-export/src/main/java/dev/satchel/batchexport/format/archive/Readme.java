package dev.satchel.batchexport.format.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.archive.bag.ColumnFacts;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.format.value.Iso8601;
import dev.satchel.batchexport.format.value.LocalTimes;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.HiddenRecords;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The README.txt of an archive, in the language of the person whose data it holds: first for people, then for programs. */
final class Readme {

    private static final List<String> KNOWN_FILES = List.of(
            "index.html",
            "data/words.csv",
            "data/words.apkg",
            "data/workbook.xlsx",
            DatasetFiles.CSV,
            DatasetFiles.JSON);

    private static final Instant EXAMPLE = Instant.parse("2026-01-31T18:30:00Z");

    private static final int WIDTH = 100;

    private final ArchiveContext context;
    private final CsvOptions options;
    private final Map<String, ColumnFacts> facts;
    private final Words words;
    private final StringBuilder text = new StringBuilder();

    private Readme(ArchiveContext context, CsvOptions options, Map<String, ColumnFacts> facts) {
        this.context = context;
        this.options = options;
        this.facts = facts;
        this.words = Words.in(context.addressee().language());
    }

    /**
     * The file.
     *
     * @param facts what the records of each dataset in the archive were like
     */
    static byte[] text(ArchiveContext context, CsvOptions options, Map<String, ColumnFacts> facts) {
        Readme readme = new Readme(context, options, facts);
        readme.greet();
        readme.listFiles();
        readme.listTables();
        readme.explain();
        readme.listGaps();
        readme.head("contact");
        readme.paragraph(context.texts().contact(context.addressee().language()));
        readme.listColumnsLeftOut();
        readme.giveRules();
        return readme.text.toString().replace("\n", "\r\n").getBytes(UTF_8);
    }

    /** The title of the archive, in the language of its addressee. */
    static String title(ArchiveContext context) {
        Language language = context.addressee().language();
        Words words = Words.in(language);
        return context.texts()
                .application(language)
                .map(name -> words.say("title.of", oneLine(name)))
                .orElseGet(() -> words.say("title"));
    }

    private static String oneLine(String value) {
        return value.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}\\s]+", " ").strip();
    }

    private void greet() {
        String title = title(context);
        text.append(title)
                .append('\n')
                .append("=".repeat(title.codePointCount(0, title.length())))
                .append("\n\n");
        context.addressee()
                .name()
                .ifPresent(name -> text.append(words.say("hello", name)).append("\n\n"));
        String moment = day(context.takenAt().toLocalDate())
                + (context.addressee().language() == Language.SPANISH ? " a las " : " at ")
                + time(context.takenAt());
        Optional<String> application =
                context.texts().application(context.addressee().language());
        String intro = application
                .map(name -> words.say("intro.of", moment, zone(), oneLine(name)))
                .orElseGet(() -> words.say("intro", moment, zone()));
        paragraph(context.addressee().name().isPresent() ? intro : capital(intro));
        List<String> filters = filters();
        if (!filters.isEmpty()) {
            paragraph(words.say("filtered", String.join(", ", filters)));
        }
        if (context.request().filters().profile() == ExportFilters.Profile.PORTABILITY) {
            String missing = context.request().type().datasets().stream()
                    .filter(dataset -> !dataset.isIn(ExportFilters.Profile.PORTABILITY))
                    .map(Dataset::name)
                    .collect(Collectors.joining(", "));
            paragraph(words.say("portability")
                    + (missing.isEmpty() ? "" : " " + words.say("portability.missing", missing)));
        }
        paragraph(words.say("removed", day(context.removedAt().toLocalDate())) + " " + words.say("first"));
    }

    /** What was chosen, in words. The profile has sentences of its own, and compression and key choose nothing. */
    private List<String> filters() {
        ExportFilters of = context.request().filters();
        List<String> chosen = new ArrayList<>();
        of.days().ifPresent(days -> {
            if (days.from() != null) {
                chosen.add(words.say("filter.from", day(days.from())));
            }
            if (days.to() != null) {
                chosen.add(words.say("filter.to", day(days.to())));
            }
            String zone = days.zone().getId();
            chosen.add(words.say("filter.zone", zone.equals("Z") ? "UTC" : zone));
        });
        of.difficultyOfWords()
                .ifPresent(each -> chosen.add(words.say("filter.difficulty", words.say("difficulty." + each.code()))));
        of.phaseOfWords().ifPresent(each -> chosen.add(words.say("filter.phase", words.say("phase." + each.code()))));
        return chosen;
    }

    private static String capital(String sentence) {
        return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }

    private String zone() {
        String id = context.addressee().zone().getId();
        return id.equals("Z") ? "UTC" : id;
    }

    private String day(LocalDate date) {
        String pattern = context.addressee().language() == Language.SPANISH ? "d 'de' MMMM 'de' uuuu" : "d MMMM uuuu";
        return date.format(DateTimeFormatter.ofPattern(
                pattern, context.addressee().language().locale()));
    }

    private static String time(ZonedDateTime moment) {
        return moment.format(DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT));
    }

    private void listFiles() {
        if (context.files().isEmpty()) {
            return;
        }
        head("files");
        for (String known : KNOWN_FILES) {
            if (context.files().stream()
                    .anyMatch(file -> known.endsWith("/")
                            ? file.name().startsWith(known)
                            : file.name().equals(known))) {
                item(known + ": " + words.say("file." + known));
            }
        }
        text.append('\n');
    }

    private void listTables() {
        if (!context.snapshot().records().isEmpty()) {
            head("tables");
            context.snapshot()
                    .records()
                    .forEach((dataset, count) -> item(dataset.name() + ": "
                            + oneLine(words.translated(dataset.description())) + ", " + records(count)));
            text.append('\n');
        }
    }

    private String records(long count) {
        return count == 1 ? words.say("record") : words.say("records", count);
    }

    private void explain() {
        List<String> notes = new ArrayList<>();
        boolean hasTotals = facts.containsKey("progress");
        if (hasTotals && facts.containsKey("sessions")) {
            long open = facts.get("sessions").missing("ended_at");
            long all = count("sessions");
            if (open > 0) {
                notes.add(words.say(open == 1 ? "open.sessions.1" : "open.sessions", open, all));
            }
        }
        if (hasTotals && has("progress", "total_points")) {
            notes.add(words.say("points"));
        }
        if (has("qa", "vocabulary_items_tested")) {
            notes.add(words.say("ids"));
        }
        if (has("api_keys", "is_set")) {
            notes.add(words.say("keys"));
        }
        if (!notes.isEmpty()) {
            head("good");
            notes.forEach(this::item);
            text.append('\n');
        }
    }

    private boolean has(String dataset, String column) {
        return facts.containsKey(dataset)
                && facts.get(dataset).columns().stream()
                        .anyMatch(each -> each.name().equals(column));
    }

    private long count(String dataset) {
        return context.snapshot().records().entrySet().stream()
                .filter(each -> each.getKey().name().equals(dataset))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private void listGaps() {
        List<String> gaps = new ArrayList<>();
        if (!context.snapshot().absent().isEmpty()) {
            gaps.add(words.say(
                    "absent",
                    context.snapshot().absent().stream()
                            .map(each -> oneLine(words.translated(each.description())) + " (" + each.name() + ")")
                            .collect(Collectors.joining(", "))));
        }
        for (HiddenRecords hidden : context.snapshot().hidden()) {
            gaps.add(words.say("hidden", records(hidden.records()), hidden.table(), oneLine(hidden.reason())));
        }
        if (!gaps.isEmpty()) {
            head("gaps");
            gaps.forEach(this::item);
            text.append('\n');
        }
    }

    private void listColumnsLeftOut() {
        Map<String, List<String>> columns = reasons();
        if (!columns.isEmpty()) {
            head("columns");
            columns.forEach((reason, names) -> item(words.say("reason", String.join(", ", names), reason)));
            text.append('\n');
        }
    }

    /** The columns that are left out, by reason. */
    private Map<String, List<String>> reasons() {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        for (Dataset dataset : context.snapshot().records().keySet()) {
            context.settings().leftOut().getOrDefault(dataset.name(), Map.of()).forEach((column, reason) -> {
                List<String> known =
                        columns.computeIfAbsent(oneLine(words.translated(reason)), first -> new ArrayList<>());
                if (!known.contains(column)) {
                    known.add(column);
                }
            });
        }
        return columns;
    }

    private void giveRules() {
        head("rules");
        paragraph(words.say(
                "zone",
                Iso8601.moment(EXAMPLE),
                LocalTimes.text(EXAMPLE, context.addressee().zone()),
                zone()));
        paragraph(words.say("csv"));
        if (options.escapeFormulas()) {
            paragraph(words.say("csv.formulas"));
        }
        paragraph(words.say("csv.semicolon"));
        paragraph(words.say("bag"));
    }

    private void head(String name) {
        String head = words.say(name);
        text.append(head).append('\n').append("-".repeat(head.length())).append("\n\n");
    }

    private void paragraph(String sentences) {
        wrap("", sentences);
        text.append('\n');
    }

    private void item(String sentence) {
        wrap("- ", sentence);
    }

    private void wrap(String begin, String sentences) {
        int column = begin.length();
        text.append(begin);
        boolean first = true;
        for (String word : oneLine(sentences).split(" ", -1)) {
            if (!first && column + 1 + word.length() > WIDTH) {
                text.append('\n').append(" ".repeat(begin.length()));
                column = begin.length();
            } else if (!first) {
                text.append(' ');
                column++;
            }
            text.append(word);
            column += word.length();
            first = false;
        }
        text.append('\n');
    }
}
