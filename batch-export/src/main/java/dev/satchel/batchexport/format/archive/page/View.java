package dev.satchel.batchexport.format.archive.page;

import dev.satchel.record.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The columns of a dataset that a page shows, in their order. */
final class View {

    /** A record that is alone is a list of its values, one below the other. */
    static final int MOST_ALONE = 40;

    /** More columns than these do not fit beside each other. */
    static final int MOST_IN_TABLE = 8;

    /** Of these the ones that are not empty are shown. */
    private static final int CANDIDATES = 14;

    /** What a learner looks for in the datasets of a learning application. */
    private static final Map<String, List<String>> CHOSEN = Map.of(
            "sessions",
            List.of(
                    "started_at",
                    "session_type",
                    "duration_minutes",
                    "qa_attempts",
                    "qa_correct",
                    "vocabulary_learned",
                    "descriptions_generated",
                    "device_type"),
            "vocabulary",
            List.of(
                    "spanish_text",
                    "english_translation",
                    "part_of_speech",
                    "learning_phase",
                    "review_count",
                    "correct_count",
                    "next_review",
                    "list_name"),
            "descriptions",
            List.of(
                    "created_at",
                    "spanish_description",
                    "english_description",
                    "description_style",
                    "personal_notes",
                    "tags"),
            "qa",
            List.of("created_at", "question", "user_answer", "correct_answer", "is_correct", "difficulty"),
            "interactions",
            List.of("timestamp", "interaction_type", "component", "action", "duration_ms"));

    private final List<Shown> shown;
    private final int ids;

    /** A column, and where it stands in a record. */
    record Shown(int index, Column column) {}

    private View(List<Shown> shown, List<Shown> ids) {
        List<Shown> all = new ArrayList<>(ids);
        all.addAll(shown);
        this.shown = List.copyOf(all);
        this.ids = ids.size();
    }

    static View of(String dataset, List<Column> columns) {
        List<Shown> chosen = new ArrayList<>();
        for (String name : CHOSEN.getOrDefault(dataset, List.of())) {
            columns.stream()
                    .filter(column -> column.name().equals(name))
                    .forEach(column -> chosen.add(new Shown(columns.indexOf(column), column)));
        }
        // Another application may call something else by that name.
        return new View(chosen.size() > 2 ? chosen : readable(columns), ids(columns));
    }

    private static List<Shown> ids(List<Column> columns) {
        List<Shown> ids = new ArrayList<>();
        for (int at = 0; at < columns.size() && ids.size() < MOST_IN_TABLE; at++) {
            if (columns.get(at).type() == Column.Type.UUID) {
                ids.add(new Shown(at, columns.get(at)));
            }
        }
        return ids;
    }

    /** All but ids, which say nothing to a reader, and JSON last, which says little. */
    private static List<Shown> readable(List<Column> columns) {
        List<Shown> readable = new ArrayList<>();
        List<Shown> json = new ArrayList<>();
        for (int at = 0; at < columns.size(); at++) {
            Shown one = new Shown(at, columns.get(at));
            switch (one.column().type()) {
                case UUID -> {}
                case JSON -> json.add(one);
                case BOOLEAN, INTEGER, DECIMAL, TEXT, INSTANT, DATE -> readable.add(one);
            }
        }
        readable.addAll(json);
        return readable.subList(0, Math.min(MOST_ALONE, readable.size()));
    }

    /** The ids, and after them the columns that are shown if one of them has a value. */
    List<Shown> shown() {
        return shown;
    }

    /** How many ids there are, which are shown where nothing else has a value. */
    int ids() {
        return ids;
    }

    /** How many values of a record may be shown if there are others, with the ids. */
    int width() {
        return Math.min(ids + CANDIDATES, shown.size());
    }

    /** Where a column of that name and type stands in a record, whatever its origin; -1 if there is none. */
    static int index(List<Column> columns, String name, Column.Type type) {
        for (int place = 0; place < columns.size(); place++) {
            Column column = columns.get(place);
            if (column.name().equals(name) && column.type() == type) {
                return place;
            }
        }
        return -1;
    }
}
