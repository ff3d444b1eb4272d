package dev.satchel.batchexport.page;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A chart of shares of a whole: a dot per column, and a line between neighbours that both have a value. */
public final class Lines {

    private static final int STEP = 25;

    private final Description description;
    private final Series.Colour colour;
    private final IntFunction<String> scale;
    private final List<Column> columns = new ArrayList<>();
    private final List<@Nullable Double> shares = new ArrayList<>();

    /**
     * A chart without columns.
     *
     * @param scale what a number of percent is called
     */
    public Lines(Description description, Series.Colour colour, IntFunction<String> scale) {
        this.description = description;
        this.colour = colour;
        this.scale = scale;
    }

    /** Adds a column. Its share is from 0 to 1, or null where there is no value. */
    public Lines column(Column column, @Nullable Double share) {
        columns.add(column);
        shares.add(share);
        return this;
    }

    /** Writes the chart. */
    public void write(Html html) {
        String style = new Series("", colour).style();
        List<Tick> ticks = new ArrayList<>();
        for (int percent = 0; percent <= 100; percent += STEP) {
            ticks.add(new Tick(percent / 100.0, scale.apply(percent)));
        }
        Chart.begin(html, description, List.of(), ticks, columns);
        Double before = null;
        for (int at = 0; at < columns.size(); at++) {
            Double share = shares.get(at);
            if (share != null && before != null) {
                html.empty(
                        "line",
                        "class",
                        "stroke " + style,
                        "x1",
                        Chart.middle(at - 1, columns.size()),
                        "x2",
                        Chart.middle(at, columns.size()),
                        "y1",
                        Chart.number(Chart.y(before)),
                        "y2",
                        Chart.number(Chart.y(share)));
            }
            before = share;
        }
        for (int at = 0; at < columns.size(); at++) {
            Double share = shares.get(at);
            if (share != null) {
                html.empty(
                                "circle",
                                "class",
                                "bar " + style,
                                "cx",
                                Chart.middle(at, columns.size()),
                                "cy",
                                Chart.number(Chart.y(share)),
                                "r",
                                "3")
                        .line();
            }
        }
        Chart.hints(html, columns);
        Chart.end(html);
    }
}
