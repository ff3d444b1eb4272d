package dev.satchel.batchexport.page;

import java.util.List;
import java.util.Locale;

/**
 * The frame of a chart: an inline SVG as wide as its place, with a title, a description and a scale.
 *
 * <p>Across it is measured in percent and down it in pixels, so that letters keep their size on every screen. The scale
 * stands to the left of the drawing, in the margin that the styles leave.
 */
final class Chart {

    static final int TOP = 12;
    static final int BOTTOM = 192;
    private static final int HEIGHT = 220;

    private Chart() {}

    /** Begins a figure with a legend and a drawing. */
    private static void begin(Html html, String style, Description description, List<Series> legend, int height) {
        html.begin("figure", "class", style).line();
        html.leaf("figcaption", description.title()).line();
        if (!legend.isEmpty()) {
            html.begin("ul", "class", "legend");
            for (Series series : legend) {
                html.begin("li")
                        .leaf("span", "", "class", "swatch " + series.style(), "aria-hidden", "true")
                        .text(series.name())
                        .end();
            }
            html.end().line();
        }
        String id = description.id();
        html.begin(
                        "svg",
                        "id",
                        id,
                        "role",
                        "img",
                        "width",
                        "100%",
                        "height",
                        String.valueOf(height),
                        "aria-labelledby",
                        id + "-title " + id + "-desc")
                .line();
        html.leaf("title", description.title(), "id", id + "-title");
        html.leaf("desc", description.text(), "id", id + "-desc").line();
    }

    /** Begins a figure without a scale. */
    static void begin(Html html, Description description, int height) {
        begin(html, "chart plain", description, List.of(), height);
    }

    static void end(Html html) {
        html.end().end().line();
    }

    /** Begins a figure whose columns stand on a common ground. */
    static void begin(Html html, Description description, List<Series> legend, List<Tick> ticks, List<Column> columns) {
        begin(html, "chart", description, legend, HEIGHT);
        for (Tick tick : ticks) {
            String y = number(y(tick.share()));
            html.empty("line", "class", "grid", "x1", "0", "x2", "100%", "y1", y, "y2", y);
            html.leaf("text", tick.label(), "class", "tick", "x", "-8", "y", y, "dy", "4", "text-anchor", "end")
                    .line();
        }
        for (int at = 0; at < columns.size(); at++) {
            if (!columns.get(at).label().isEmpty()) {
                String x = middle(at, columns.size());
                html.empty(
                        "line",
                        "class",
                        "axis",
                        "x1",
                        x,
                        "x2",
                        x,
                        "y1",
                        String.valueOf(BOTTOM),
                        "y2",
                        String.valueOf(BOTTOM + 5));
                html.leaf(
                                "text",
                                columns.get(at).label(),
                                "class",
                                "tick",
                                "x",
                                x,
                                "y",
                                String.valueOf(HEIGHT - 8),
                                "text-anchor",
                                "middle")
                        .line();
            }
        }
    }

    /** Writes the ground above the columns, and what a pointer shows over each. */
    static void hints(Html html, List<Column> columns) {
        html.empty(
                "line",
                "class",
                "axis",
                "x1",
                "0",
                "x2",
                "100%",
                "y1",
                String.valueOf(BOTTOM),
                "y2",
                String.valueOf(BOTTOM));
        for (int at = 0; at < columns.size(); at++) {
            html.begin(
                            "rect",
                            "class",
                            "hint",
                            "x",
                            percent(100.0 * at / columns.size()),
                            "width",
                            percent(100.0 / columns.size()),
                            "y",
                            "0",
                            "height",
                            String.valueOf(BOTTOM))
                    .leaf("title", columns.get(at).hint())
                    .end()
                    .line();
        }
    }

    static double y(double share) {
        return BOTTOM - share * (BOTTOM - TOP);
    }

    /** Where the middle of a column is. */
    static String middle(int column, int columns) {
        return percent((column + 0.5) * 100.0 / columns);
    }

    static String percent(double share) {
        return number(share) + "%";
    }

    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
    }
}
