package dev.satchel.batchexport.page;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** A chart of counts: one bar per column, of parts that stand on each other. */
public final class StackedBars {

    private static final int TICKS = 4;
    private static final double WIDEST = 8;

    private final Description description;
    private final List<Series> series;
    private final List<Column> columns = new ArrayList<>();
    private final List<long[]> values = new ArrayList<>();
    private LongFunction<String> scale = Numbers::brief;

    /**
     * A chart without columns.
     *
     * @param series the parts of each bar, from the ground up
     */
    public StackedBars(Description description, Series... series) {
        this.description = description;
        this.series = List.of(series);
    }

    /** Writes the numbers of the scale in another way than in short English. */
    public StackedBars scale(LongFunction<String> words) {
        scale = words;
        return this;
    }

    /** Adds a column, with the size of each of its parts. */
    public StackedBars column(Column column, long... parts) {
        if (parts.length != series.size()) {
            throw new IllegalArgumentException(parts.length + " parts of " + series.size());
        }
        columns.add(column);
        values.add(parts.clone());
        return this;
    }

    /** Writes the chart. */
    public void write(Html html) {
        long most = values.stream()
                .mapToLong(parts -> LongStream.of(parts).sum())
                .max()
                .orElse(0);
        long step = step(most);
        long top = Math.max(step, (most + step - 1) / step * step);
        List<Tick> ticks = new ArrayList<>();
        for (long tick = 0; tick <= top; tick += step) {
            ticks.add(new Tick((double) tick / top, scale.apply(tick)));
        }
        // A single colour says nothing that the title does not say.
        Chart.begin(html, description, series.size() > 1 ? series : List.of(), ticks, columns);
        double room = 100.0 / columns.size();
        double width = Math.min(WIDEST, room * 0.76);
        for (int column = 0; column < columns.size(); column++) {
            double below = 0;
            for (int part = 0; part < series.size(); part++) {
                double share = (double) values.get(column)[part] / top;
                if (share > 0) {
                    html.empty(
                                    "rect",
                                    "class",
                                    "bar " + series.get(part).style(),
                                    "x",
                                    Chart.percent((column + 0.5) * room - width / 2),
                                    "width",
                                    Chart.percent(width),
                                    "y",
                                    Chart.number(Chart.y(below + share)),
                                    "height",
                                    Chart.number(Chart.y(below) - Chart.y(below + share)))
                            .line();
                }
                below += share;
            }
        }
        Chart.hints(html, columns);
        Chart.end(html);
    }

    // 1, 2 or 5 with zeros, so that a handful of lines reaches the top.
    private static long step(long most) {
        long step = 1;
        int turn = 0;
        while (most > TICKS * step) {
            step = turn % 3 == 1 ? step / 2 * 5 : step * 2;
            turn++;
        }
        return step;
    }
}
