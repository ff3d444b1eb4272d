package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.archive.OperatorTexts.Topic;
import dev.satchel.batchexport.page.Html;
import dev.satchel.batchexport.page.Table;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.HiddenRecords;
import dev.satchel.record.UserRecords;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the operator does with the data, and what the archive does not hold. */
final class ClosingSections {

    private final Contents contents;
    private final Wording wording;

    ClosingSections(Contents contents) {
        this.contents = contents;
        this.wording = contents.wording();
    }

    void writeUses(Html html, Part part) {
        part.begin(html, "uses");
        html.leaf("p", wording.text("uses.text")).line();
        Table table = new Table(
                wording.text("uses.caption"),
                Table.Column.prose(wording.text("inside.dataset")),
                Table.Column.prose(wording.text("uses.origin")),
                Table.Column.prose(wording.text("uses.purpose")),
                Table.Column.prose(wording.text("uses.recipients")),
                Table.Column.prose(wording.text("uses.retention")));
        for (Rows rows : contents.rows()) {
            String name = rows.dataset().name();
            table.row(
                    wording.title(rows.dataset()),
                    origins(rows.all()),
                    contents.about(name, Topic.PURPOSE),
                    contents.about(name, Topic.RECIPIENTS),
                    contents.about(name, Topic.RETENTION));
        }
        table.write(html);
        html.leaf("p", wording.text("uses.origins"), "class", "soft").line();
        html.leaf("p", wording.text("uses.ask")).line();
        html.begin("p", "class", "contact", "dir", "auto")
                .prose(contents.contact())
                .end()
                .line();
        Part.end(html);
    }

    /** The origin of most columns, and the others with their columns. */
    private String origins(List<Column> columns) {
        Map<String, List<String>> names = new TreeMap<>();
        for (Column column : columns) {
            String origin = column.knownOrigin().map(Column.Origin::code).orElse("unknown");
            names.computeIfAbsent(origin, first -> new ArrayList<>()).add(wording.heading(column.name()));
        }
        StringBuilder text = new StringBuilder();
        names.entrySet().stream()
                .max(Comparator.comparingInt(each -> each.getValue().size()))
                .ifPresent(most -> {
                    text.append(wording.text("origin." + most.getKey()));
                    names.remove(most.getKey());
                });
        names.forEach((origin, of) -> text.append("; ")
                .append(wording.text("origin." + origin))
                .append(": ")
                .append(wording.list(of)));
        return text.toString();
    }

    void writeMissing(Html html, Part part) {
        UserRecords.Snapshot snapshot = contents.context().snapshot();
        part.begin(html, "missing");
        html.begin("ul", "class", "notes").line();
        for (HiddenRecords gap : snapshot.hidden()) {
            html.begin("li", "dir", "auto").prose(hidden(gap)).end().line();
        }
        for (Dataset absent : snapshot.absent()) {
            html.leaf("li", wording.text("missing.absent", wording.title(absent)))
                    .line();
        }
        if (!contents.context().request().type().isAll()) {
            html.leaf("li", wording.text("missing.type")).line();
        }
        if (contents.isForPortability()) {
            writeDerived(html);
        }
        // Of another application's datasets, only the list of columns knows.
        for (String each : contents.isLearning() ? List.of("secrets", "others", "own", "files") : List.of("files")) {
            html.leaf("li", wording.text("missing." + each)).line();
        }
        html.end().line();
        writeColumns(html);
        Part.end(html);
    }

    private String hidden(HiddenRecords gap) {
        String title = wording.title(gap.dataset());
        if (gap.of() == 1) {
            return wording.text("missing.hidden.only", title, gap.reason());
        }
        return wording.text(
                gap.records() == 1 ? "missing.hidden.one" : "missing.hidden",
                title,
                wording.whole(gap.records()),
                wording.whole(gap.of()),
                gap.reason());
    }

    /** What an archive for portability leaves out. */
    private void writeDerived(Html html) {
        ExportRequest request = contents.context().request();
        html.leaf("li", wording.text("missing.derived")).line();
        for (Dataset dataset : request.type().datasets()) {
            if (!dataset.isIn(request.filters().profile())) {
                html.leaf("li", wording.text("missing.derived.all", wording.title(dataset)))
                        .line();
            }
        }
    }

    /** The columns that are left out, with the reasons. */
    private void writeColumns(Html html) {
        Table table = new Table(
                wording.text("missing.columns"),
                Table.Column.prose(wording.text("inside.dataset")),
                Table.Column.prose(wording.text("missing.column")),
                Table.Column.prose(wording.text("missing.reason")));
        boolean isEmpty = true;
        for (Rows rows : contents.rows()) {
            Map<String, String> reasons = contents.context()
                    .settings()
                    .leftOut()
                    .getOrDefault(rows.dataset().name(), Map.of());
            for (Map.Entry<String, String> reason : new TreeMap<>(reasons).entrySet()) {
                table.row(
                        wording.title(rows.dataset()),
                        reason.getKey(),
                        contents.context().translated(reason.getValue()));
                isEmpty = false;
            }
        }
        if (!isEmpty) {
            table.writeFolded(html, wording.text("missing.columns"));
        }
    }
}
