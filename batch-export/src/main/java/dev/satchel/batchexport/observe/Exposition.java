package dev.satchel.batchexport.observe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Metrics in Prometheus' text format, version 0.0.4, as families of series. Immutable.
 *
 * <p>It reads what it wrote. A line of another program that it cannot read is left out, because a metric that is missing
 * harms less than a program that does not start.
 */
final class Exposition {

    static final Exposition EMPTY = new Exposition(Map.of());

    /** The types whose series only grow. */
    private static final Set<String> GROWING = Set.of("counter", "histogram");

    private final Map<String, Family> families;

    private Exposition(Map<String, Family> families) {
        this.families = families;
    }

    /**
     * The metrics of one name.
     *
     * @param header the lines with the help and the type
     * @param series the value of each series by its name with its labels
     */
    private record Family(List<String> header, String type, Map<String, String> series) {

        boolean grows() {
            return GROWING.contains(type);
        }
    }

    static Exposition parse(String text) {
        Map<String, Family> families = new LinkedHashMap<>();
        String help = "";
        Family family = null;
        for (String line : text.split("\n", -1)) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# HELP ") && words.length > 2) {
                help = line;
            } else if (line.startsWith("# TYPE ") && words.length == 4) {
                List<String> header = new ArrayList<>();
                if (help.startsWith("# HELP " + words[2] + " ")) {
                    header.add(help);
                }
                header.add(line);
                family = new Family(header, words[3].strip(), new LinkedHashMap<>());
                families.put(words[2], family);
            } else if (!line.isBlank() && !line.startsWith("#") && family != null) {
                int space = line.lastIndexOf(' ');
                if (space > 0 && isNumber(line.substring(space + 1))) {
                    family.series().put(line.substring(0, space), line.substring(space + 1));
                }
            }
        }
        return new Exposition(families);
    }

    private static boolean isNumber(String text) {
        return text.matches("[+-]?(Inf|NaN|[0-9.]+([eE][+-]?[0-9]+)?)");
    }

    /** These metrics, with what was counted before taken off. */
    Exposition since(Exposition before) {
        return combined(before, -1, false);
    }

    /** These metrics added to {@code below}, whose other metrics stay. */
    Exposition onTopOf(Exposition below) {
        return combined(below, 1, true);
    }

    private Exposition combined(Exposition other, int sign, boolean keepsOthers) {
        Map<String, Family> combined = new LinkedHashMap<>();
        if (keepsOthers) {
            combined.putAll(other.families);
        }
        families.forEach((name, family) -> {
            Family theirs = other.families.get(name);
            combined.put(
                    name,
                    theirs == null || !theirs.type().equals(family.type())
                            ? family
                            : combined(family, theirs, sign, keepsOthers));
        });
        return new Exposition(combined);
    }

    private static Family combined(Family ours, Family theirs, int sign, boolean keepsOthers) {
        Map<String, String> series = new LinkedHashMap<>();
        if (keepsOthers) {
            series.putAll(theirs.series());
        }
        ours.series().forEach((name, value) -> {
            boolean adds = ours.grows() && theirs.series().containsKey(name);
            series.put(name, adds ? sum(value, sign, theirs.series().getOrDefault(name, "0")) : value);
        });
        return new Family(ours.header(), ours.type(), series);
    }

    // Some readers expect the counts of a histogram without a point, as they are written.
    private static String sum(String ours, int sign, String theirs) {
        double sum = Double.parseDouble(ours) + sign * Double.parseDouble(theirs);
        return ours.contains(".") ? Double.toString(sum) : Long.toString((long) sum);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        families.forEach((name, family) -> {
            family.header().forEach(line -> text.append(line).append('\n'));
            family.series()
                    .forEach((series, value) ->
                            text.append(series).append(' ').append(value).append('\n'));
        });
        return text.toString();
    }
}
