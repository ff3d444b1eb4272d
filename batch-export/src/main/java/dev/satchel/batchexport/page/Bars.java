package dev.satchel.batchexport.page;

import java.util.ArrayList;
import java.util.List;

/** A chart of a few things with names: one bar below the other, each with its name and its value above it. */
public final class Bars {

    private static final int ROOM = 40;
    private static final int HEIGHT = 12;

    private final Description description;
    private final Series.Colour colour;
    private final List<Bar> bars = new ArrayList<>();

    private record Bar(String name, long value, String words) {}

    /** A chart without bars. */
    public Bars(Description description, Series.Colour colour) {
        this.description = description;
        this.colour = colour;
    }

    /**
     * Adds a bar.
     *
     * @param words what the value is called
     */
    public Bars bar(String name, long value, String words) {
        bars.add(new Bar(name, value, words));
        return this;
    }

    /** Writes the chart. */
    public void write(Html html) {
        long most = bars.stream().mapToLong(Bar::value).max().orElse(0);
        Chart.begin(html, description, bars.size() * ROOM);
        for (int at = 0; at < bars.size(); at++) {
            Bar bar = bars.get(at);
            String y = String.valueOf(at * ROOM + 14);
            html.leaf("text", bar.name(), "class", "name", "x", "0", "y", y);
            html.leaf("text", bar.words(), "class", "value", "x", "100%", "y", y, "text-anchor", "end");
            String top = String.valueOf(at * ROOM + 20);
            html.empty(
                    "rect",
                    "class",
                    "ground",
                    "x",
                    "0",
                    "width",
                    "100%",
                    "y",
                    top,
                    "height",
                    String.valueOf(HEIGHT),
                    "rx",
                    "3");
            if (bar.value() > 0) {
                html.empty(
                        "rect",
                        "class",
                        "bar " + new Series("", colour).style(),
                        "x",
                        "0",
                        "width",
                        Chart.percent(Math.max(0.5, 100.0 * bar.value() / most)),
                        "y",
                        top,
                        "height",
                        String.valueOf(HEIGHT),
                        "rx",
                        "3");
            }
            html.line();
        }
        Chart.end(html);
    }
}
