package dev.satchel.batchexport.page;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chart of days: a column per week, from Monday down to Sunday, and a square per day, whose shade says how much there
 * was. It is as wide as the page. On a narrow screen it scrolls by itself, and the latest weeks show first.
 */
public final class Calendar {

    private static final int LEVELS = 4;
    private static final int STEP = 17;
    private static final int SQUARE = 14;
    private static final int LEFT = 34;
    private static final int TOP = 20;
    private static final List<DayOfWeek> NAMED = List.of(DayOfWeek.MONDAY, DayOfWeek.WEDNESDAY, DayOfWeek.FRIDAY);

    private final Description description;
    private final LocalDate first;
    private final LocalDate last;
    private final Scale scale;
    private final Locale locale;
    private final Map<LocalDate, Day> days = new HashMap<>();

    /** What the ends of the legend are called. */
    public record Scale(String less, String more) {}

    private record Day(long value, String hint) {}

    /**
     * A calendar on which nothing happened.
     *
     * @param last the last day, in the last of its weeks
     * @param locale names days and months
     */
    public Calendar(Description description, LocalDate last, int weeks, Scale scale, Locale locale) {
        this.description = description;
        this.first =
                last.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).minusWeeks(weeks - 1L);
        this.last = last;
        this.scale = scale;
        this.locale = locale;
    }

    /** Says what happened on a day. */
    public Calendar day(LocalDate date, long value, String hint) {
        days.put(date, new Day(value, hint));
        return this;
    }

    /** Writes the chart. */
    public void write(Html html) {
        int weeks = week(last) + 1;
        String id = description.id();
        html.begin("figure", "class", "chart plain").line();
        html.leaf("figcaption", description.title()).line();
        html.begin("div", "class", "calendar", "role", "group", "aria-label", description.title(), "tabindex", "0");
        html.begin(
                        "svg",
                        "id",
                        id,
                        "role",
                        "img",
                        "viewBox",
                        "0 0 " + (LEFT + weeks * STEP) + " " + (TOP + 7 * STEP),
                        "width",
                        String.valueOf(LEFT + weeks * STEP),
                        "height",
                        String.valueOf(TOP + 7 * STEP),
                        "aria-labelledby",
                        id + "-title " + id + "-desc")
                .line();
        html.leaf("title", description.title(), "id", id + "-title");
        html.leaf("desc", description.text(), "id", id + "-desc").line();
        for (DayOfWeek day : NAMED) {
            html.leaf(
                    "text",
                    day.getDisplayName(TextStyle.SHORT, locale),
                    "class",
                    "tick",
                    "x",
                    "0",
                    "y",
                    String.valueOf(TOP + (day.getValue() - 1) * STEP + 11));
        }
        writeMonths(html, weeks);
        long most = days.values().stream().mapToLong(Day::value).max().orElse(0);
        for (LocalDate date = first; !date.isAfter(last); date = date.plusDays(1)) {
            writeDay(html, date, days.get(date), most);
        }
        html.end().end().line();
        writeLegend(html);
        html.end().line();
    }

    private void writeMonths(Html html, int weeks) {
        // A name needs three columns; a month that only just began would be cut off at the edge.
        for (int week = 0; week < weeks - 2; week++) {
            LocalDate monday = first.plusWeeks(week);
            if (monday.getDayOfMonth() <= 7) {
                html.leaf(
                                "text",
                                monday.getMonth().getDisplayName(TextStyle.SHORT_STANDALONE, locale),
                                "class",
                                "tick",
                                "x",
                                String.valueOf(LEFT + week * STEP),
                                "y",
                                "11")
                        .line();
            }
        }
    }

    private void writeDay(Html html, LocalDate date, @Nullable Day day, long most) {
        long level = day == null || day.value() <= 0 ? 0 : (LEVELS * day.value() + most - 1) / most;
        html.begin(
                "rect",
                "class",
                "level-" + level,
                "x",
                String.valueOf(LEFT + week(date) * STEP),
                "y",
                String.valueOf(TOP + (date.getDayOfWeek().getValue() - 1) * STEP),
                "width",
                String.valueOf(SQUARE),
                "height",
                String.valueOf(SQUARE),
                "rx",
                "3");
        if (day != null) {
            html.leaf("title", day.hint());
        }
        html.end();
        if (date.getDayOfWeek() == DayOfWeek.SUNDAY) {
            html.line();
        }
    }

    private void writeLegend(Html html) {
        html.begin("p", "class", "shades", "aria-hidden", "true").text(scale.less());
        for (int level = 0; level <= LEVELS; level++) {
            html.leaf("span", "", "class", "shade shade-" + level);
        }
        html.text(scale.more()).end().line();
    }

    private int week(LocalDate date) {
        return (int) (ChronoUnit.DAYS.between(first, date) / 7);
    }
}
