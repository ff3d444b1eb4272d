package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.page.Html;

/** A part of the page with a heading, to which the page's navigation leads. */
record Part(String id, String title) {

    void begin(Html html, String style) {
        html.begin("section", "id", id, "class", style, "aria-labelledby", id + "-heading")
                .line();
        html.leaf("h2", title, "id", id + "-heading").line();
    }

    static void end(Html html) {
        html.end().line();
    }
}
