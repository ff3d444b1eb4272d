package dev.satchel.batchexport.report;

import dev.satchel.batchexport.page.Html;

/** The parts of the page, in their order. */
enum Section {
    SUMMARY("summary", "At a glance"),
    FINDINGS("findings", "How Satchel is now"),
    EXPORTS("exports", "Exports by day"),
    TIMES("times", "Time and size"),
    FAILURES("failures", "Failures"),
    QUEUE("queue", "Queue"),
    CLEANUP("cleanup", "Jobs and clean-up"),
    KEYS("keys", "Key checks"),
    TABLES("tables", "Tables"),
    NOTES("notes", "How to read this");

    private final String id;
    private final String title;

    Section(String id, String title) {
        this.id = id;
        this.title = title;
    }

    String id() {
        return id;
    }

    String title() {
        return title;
    }

    void begin(Html html) {
        html.begin("section", "id", id, "aria-labelledby", id + "-heading").line();
        html.leaf("h2", title, "id", id + "-heading").line();
    }

    static void end(Html html) {
        html.end().line();
    }
}
