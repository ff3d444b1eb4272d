package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.page.Html;
import dev.satchel.batchexport.page.Table;
import dev.satchel.export.DeliveredFile;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is inside the archive, and the records of each dataset. */
final class RecordSections {

    /** The styles print no more rows of a table than these. */
    private static final int PRINTED = 30;

    /** Files of everything, each with what it is for. */
    private static final Map<String, String> EXTRAS = new TreeMap<>(Map.of(
            "data/words.csv", "inside.words",
            "data/words.apkg", "inside.deck",
            "data/workbook.xlsx", "inside.workbook"));

    private final Contents contents;
    private final Set<String> files;
    private final Wording wording;
    private final Cells cells;

    RecordSections(Contents contents) {
        this.contents = contents;
        this.files = contents.context().files().stream()
                .map(DeliveredFile.Entry::name)
                .collect(Collectors.toSet());
        this.wording = contents.wording();
        this.cells = new Cells(wording);
    }

    /** The parts with records, a part for each dataset that has any. */
    List<Part> parts() {
        return contents.rows().stream()
                .filter(rows -> rows.size() > 0)
                .map(this::part)
                .toList();
    }

    private Part part(Rows rows) {
        return new Part("data-" + rows.dataset().name(), wording.title(rows.dataset()));
    }

    void writeInside(Html html, Part part) {
        part.begin(html, "inside");
        html.leaf("p", wording.text(contents.isPart() ? "inside.part" : "inside.text"))
                .line();
        html.begin(
                "div",
                "class",
                "scroll",
                "role",
                "region",
                "aria-label",
                wording.text("inside.datasets"),
                "tabindex",
                "0");
        html.begin("table").leaf("caption", wording.text("inside.datasets")).line();
        html.begin("thead").begin("tr");
        for (String heading : List.of("inside.dataset", "inside.holds", "inside.records", "inside.files")) {
            html.leaf(
                    "th",
                    wording.text(heading),
                    "scope",
                    "col",
                    "class",
                    heading.equals("inside.records") ? "number" : "words");
        }
        html.end().end().line().begin("tbody").line();
        for (Rows rows : contents.rows()) {
            String name = rows.dataset().name();
            html.begin("tr").begin("th", "scope", "row", "class", "words");
            if (rows.size() > 0) {
                html.leaf(
                        "a",
                        wording.title(rows.dataset()),
                        "href",
                        "#" + part(rows).id());
            } else {
                html.text(wording.title(rows.dataset()));
            }
            html.end();
            html.begin("td", "class", "prose", "dir", "auto")
                    .prose(contents.context().described(rows.dataset()))
                    .end();
            html.leaf("td", wording.whole(rows.records()), "class", "number");
            html.begin("td", "class", "files");
            for (String format : List.of("csv", "json")) {
                String path = "data/" + format + "/" + name + "." + format;
                if (files.contains(path)) {
                    String label = format.toUpperCase(Locale.ROOT);
                    html.leaf("a", label, "href", path, "aria-label", label + ": " + name)
                            .text(" ");
                }
            }
            html.end().end().line();
        }
        html.end().end().end().line();
        html.begin("ul", "class", "notes").line();
        for (Map.Entry<String, String> extra : EXTRAS.entrySet()) {
            if (files.contains(extra.getKey())) {
                extra(html, extra.getKey(), extra.getValue());
            }
        }
        extra(html, "README.txt", "inside.readme");
        html.end().line();
        Part.end(html);
    }

    private void extra(Html html, String path, String key) {
        html.begin("li")
                .leaf("a", path, "href", path)
                .text(" ")
                .text(wording.text(key))
                .end()
                .line();
    }

    /** Writes the box that finds rows, which the script shows. */
    void writeSearch(Html html) {
        html.begin("div", "id", "search", "role", "search", "hidden", "hidden").line();
        html.leaf("label", wording.text("search"), "for", "find").line();
        html.empty("input", "type", "search", "id", "find", "autocomplete", "off", "spellcheck", "false")
                .line();
        html.leaf(
                        "p",
                        "",
                        "id",
                        "found",
                        "role",
                        "status",
                        "data-one",
                        wording.text("search.one"),
                        "data-many",
                        wording.text("search.many"),
                        "data-none",
                        wording.text("search.none"))
                .line();
        html.end().line();
    }

    void writeRecords(Html html) {
        for (Rows rows : contents.rows()) {
            if (rows.size() > 0) {
                part(rows).begin(html, "records");
                html.begin("p", "class", "prose", "dir", "auto")
                        .prose(contents.context().described(rows.dataset()))
                        .end()
                        .line();
                List<Integer> columns = rows.columns();
                if (rows.isAlone() && !columns.isEmpty()) {
                    writeAlone(html, rows, columns);
                } else if (!columns.isEmpty()) {
                    writeTable(html, rows, columns);
                }
                writeRest(html, rows, columns);
                Part.end(html);
            }
        }
    }

    private void writeAlone(Html html, Rows rows, List<Integer> columns) {
        List<@Nullable Object> values = rows.rows().next();
        html.begin("dl", "class", "values").line();
        for (int at : columns) {
            html.begin("div")
                    .leaf("dt", wording.headingAlone(rows.column(at).name()))
                    .begin("dd", "dir", "auto")
                    .prose(cells.text(rows.column(at), values.get(at)))
                    .end()
                    .end()
                    .line();
        }
        html.end().line();
    }

    private void writeTable(Html html, Rows rows, List<Integer> columns) {
        Table table = new Table(
                caption(rows),
                columns.stream().map(at -> cells.head(rows.column(at))).toArray(Table.Column[]::new));
        for (Iterator<List<@Nullable Object>> each = rows.rows(); each.hasNext(); ) {
            List<@Nullable Object> values = each.next();
            List<String> texts = new ArrayList<>(columns.size());
            for (int at : columns) {
                texts.add(cells.text(rows.column(at), values.get(at)));
            }
            table.row(texts);
        }
        table.write(html);
    }

    private String caption(Rows rows) {
        String title = wording.title(rows.dataset());
        if (rows.size() == rows.records()) {
            return wording.text("rows.all", title, wording.whole(rows.records()));
        }
        return wording.text(
                rows.dataset().isOldestFirst() ? "rows.latest" : "rows.first",
                title,
                wording.whole(rows.size()),
                wording.whole(rows.records()));
    }

    private void writeRest(Html html, Rows rows, List<Integer> columns) {
        boolean isWhole = rows.size() == rows.records() || columns.isEmpty();
        String file = "data/csv/" + rows.dataset().name() + ".csv";
        html.begin("p", "class", "soft");
        html.text(wording.text(isWhole ? "rows.columns" : "rows.rest"))
                .text(" ")
                .leaf("a", file, "href", file)
                .text(".")
                .end()
                .line();
        if (rows.size() > PRINTED && !columns.isEmpty()) {
            html.leaf("p", wording.text("rows.printed"), "class", "soft printed")
                    .line();
        }
    }
}
