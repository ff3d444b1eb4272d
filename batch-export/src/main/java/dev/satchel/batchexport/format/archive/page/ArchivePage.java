package dev.satchel.batchexport.format.archive.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.archive.ArchiveContext;
import dev.satchel.batchexport.format.archive.ArchivePart;
import dev.satchel.batchexport.format.value.RecordObjects;
import dev.satchel.batchexport.page.Html;
import dev.satchel.batchexport.page.Page;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code index.html} of an archive. It takes less than 2 MB, however many records there are: charts count by day,
 * and tables show as many rows as have room. Only an operator's texts can make it longer. Used by one thread.
 */
public final class ArchivePage extends RecordObjects implements ArchivePart {

    private static final int MOST_BYTES = 2_000_000;

    /** For the rows of all tables. Each dataset may use a third of what those before it left. */
    private static final int BYTES_OF_ROWS = 1_750_000;

    private static final int SHARE = 3;

    private final List<Rows> datasets = new ArrayList<>();
    private ZoneId zone = ZoneOffset.UTC;
    private LocalDate today = LocalDate.EPOCH;
    private int left = BYTES_OF_ROWS;
    private @Nullable SessionFigures sessions;
    private @Nullable WordFigures words;
    private @Nullable Totals totals;
    private Counter counter = values -> {};

    /** Counts the records of a dataset. */
    private interface Counter {
        void add(List<@Nullable Object> values);
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) {
        this.zone = zone;
        this.today = takenAt.atZone(zone).toLocalDate();
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) {
        Rows rows = new Rows(dataset, columns, left / SHARE);
        datasets.add(rows);
        counter = rows::add;
        SessionFigures ofSessions = SessionFigures.of(dataset.name(), columns, zone, today);
        WordFigures ofWords = WordFigures.of(dataset.name(), columns, zone, today);
        Totals ofProgress = Totals.of(dataset.name(), columns, zone, today);
        if (ofSessions != null) {
            sessions = ofSessions;
            counter = both(rows, ofSessions::add);
        } else if (ofWords != null) {
            words = ofWords;
            counter = both(rows, ofWords::add);
        } else if (ofProgress != null) {
            totals = ofProgress;
            counter = both(rows, ofProgress::add);
        }
    }

    private static Counter both(Rows rows, Counter figures) {
        return (List<@Nullable Object> values) -> {
            rows.add(values);
            figures.add(values);
        };
    }

    @Override
    protected void record(List<@Nullable Object> values) {
        counter.add(values);
    }

    @Override
    public void endDataset() {
        left -= datasets.get(datasets.size() - 1).bytes();
    }

    @Override
    public void finish(ArchiveContext context, Files files) throws IOException {
        Wording wording = new Wording(context.addressee().language(), zone);
        Contents contents = new Contents(
                context, wording, datasets, sessions, words, totals == null || totals.isEmpty() ? null : totals);
        ByteArrayOutputStream bytes = written(contents);
        // The operator's texts may be of any length, and are known only now.
        while (bytes.size() > MOST_BYTES && datasets.stream().anyMatch(rows -> rows.size() > 1)) {
            datasets.forEach(Rows::halve);
            bytes = written(contents);
        }
        try (OutputStream file = files.begin("index.html")) {
            bytes.writeTo(file);
        }
    }

    private static ByteArrayOutputStream written(Contents contents) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Writer writer = new OutputStreamWriter(bytes, UTF_8);
        write(contents, writer);
        writer.flush();
        return bytes;
    }

    private static void write(Contents contents, Writer target) {
        String name = contents.name();
        String title = name.isEmpty() ? contents.whose() : name + " · " + contents.whose();
        new Page(
                        contents.wording().language(),
                        title,
                        Page.text(ArchivePage.class, "archive.css"),
                        contents.hasRows() ? Page.text(ArchivePage.class, "search.js") : "")
                .write(target, html -> write(contents, html));
    }

    private static void write(Contents contents, Html html) {
        Wording wording = contents.wording();
        Opening opening = new Opening(contents);
        RecordSections records = new RecordSections(contents);
        ClosingSections closing = new ClosingSections(contents);
        Part glance = new Part("glance", wording.text("part.glance"));
        Part activity = new Part("activity", wording.text("part.activity"));
        Part vocabulary = new Part("words", wording.text("part.words"));
        Part inside = new Part("inside", wording.text("part.inside"));
        Part uses = new Part("uses", wording.text("part.uses"));
        Part missing = new Part("missing", wording.text("part.missing"));
        List<Part> parts = new ArrayList<>();
        SessionFigures sessions = contents.sessions();
        WordFigures words = contents.words();
        if (contents.totals() != null) {
            parts.add(glance);
        }
        if (sessions != null) {
            parts.add(activity);
        }
        if (words != null) {
            parts.add(vocabulary);
        }
        parts.add(inside);
        parts.addAll(records.parts());
        parts.add(uses);
        parts.add(missing);
        opening.writeHeader(html, parts);
        html.begin("main", "id", "content", "tabindex", "-1").line();
        opening.writeTotals(html, glance);
        if (sessions != null) {
            new ActivitySection(sessions, contents).write(html, activity);
        }
        if (words != null) {
            new WordsSection(words, contents.isPartOfWords(), wording).write(html, vocabulary);
        }
        records.writeInside(html, inside);
        if (contents.hasRows()) {
            records.writeSearch(html);
        }
        records.writeRecords(html);
        closing.writeUses(html, uses);
        closing.writeMissing(html, missing);
        html.end().line();
        html.begin("footer")
                .leaf("p", wording.text(contents.hasRows() ? "footer.script" : "footer"))
                .end()
                .line();
    }

    @Override
    public void close() {
        datasets.clear();
    }
}
