package dev.satchel.batchexport.page;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chart of how values spread: for each column a bar from the median up to the 95th percentile, and a mark at the greatest
 * value. Its scale is logarithmic, because exports differ by more than a thousand times.
 */
public final class Ranges {

    private static final double MARK = 2.5;
    private static final double CLEARANCE = 1.25;

    private final Description description;
    private final List<Line> scale;
    private final List<Column> columns = new ArrayList<>();
    private final List<@Nullable Spread> spreads = new ArrayList<>();

    /**
     * How the values of a column spread.
     *
     * @param median half are not above it
     * @param most 95 of 100 are not above it
     */
    public record Spread(double median, double most, double greatest) {}

    /** A value that may have a line of the scale, and what it is called. */
    public record Line(double value, String label) {}

    /**
     * A chart without columns.
     *
     * @param scale the lines that there may be, at least two, rising and above zero
     */
    public Ranges(Description description, List<Line> scale) {
        this.description = description;
        this.scale = List.copyOf(scale);
    }

    /** Adds a column; null if it has no values. */
    public Ranges column(Column column, @Nullable Spread spread) {
        columns.add(column);
        spreads.add(spread);
        return this;
    }

    /** Writes the chart. */
    public void write(Html html) {
        double least = Double.MAX_VALUE;
        double greatest = 0;
        for (Spread spread : spreads) {
            if (spread != null) {
                least = Math.min(least, spread.median());
                greatest = Math.max(greatest, spread.greatest());
            }
        }
        int low = 0;
        // Not a line that is nearly reached by the least: it would stand on the ground, as if it were nothing.
        while (least <= greatest && low < scale.size() - 2 && scale.get(low + 1).value() * CLEARANCE <= least) {
            low++;
        }
        int high = low + 1;
        while (high < scale.size() - 1 && scale.get(high).value() < greatest) {
            high++;
        }
        double bottom = scale.get(low).value();
        double top = Math.max(scale.get(high).value(), greatest);
        List<Tick> ticks = new ArrayList<>();
        for (int at = low; at <= high; at++) {
            ticks.add(new Tick(
                    share(scale.get(at).value(), bottom, top), scale.get(at).label()));
        }
        Chart.begin(
                html,
                description,
                List.of(
                        new Series("from the median to the 95th percentile", Series.Colour.GOOD),
                        new Series("the greatest", Series.Colour.MARK)),
                ticks,
                columns);
        for (int column = 0; column < columns.size(); column++) {
            Spread spread = spreads.get(column);
            if (spread != null) {
                write(html, column, spread, bottom, top);
            }
        }
        Chart.hints(html, columns);
        Chart.end(html);
    }

    private void write(Html html, int column, Spread spread, double bottom, double top) {
        double room = 100.0 / columns.size();
        double width = Math.min(4, room * 0.5);
        double from = Chart.y(share(spread.median(), bottom, top));
        double to = Chart.y(share(spread.most(), bottom, top));
        // Values that are all alike are still to be seen.
        html.empty(
                "rect",
                "class",
                "bar good",
                "x",
                Chart.percent((column + 0.5) * room - width / 2),
                "width",
                Chart.percent(width),
                "y",
                Chart.number(Math.min(to, from - 3)),
                "height",
                Chart.number(Math.max(3, from - to)),
                "rx",
                "1.5");
        html.empty(
                        "circle",
                        "class",
                        "bar mark",
                        "cx",
                        Chart.middle(column, columns.size()),
                        "cy",
                        Chart.number(Chart.y(share(spread.greatest(), bottom, top))),
                        "r",
                        Chart.number(MARK))
                .line();
    }

    private static double share(double value, double bottom, double top) {
        return value <= bottom ? 0 : Math.log(value / bottom) / Math.log(top / bottom);
    }
}
