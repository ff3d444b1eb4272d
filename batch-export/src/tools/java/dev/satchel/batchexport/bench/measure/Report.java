package dev.satchel.batchexport.bench.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The medians of the contestants, and their ratios. */
public final class Report {

    private final Map<String, List<Measurement>> byContestant = new LinkedHashMap<>();

    public Report(List<Measurement> measurements) {
        for (Measurement measurement : measurements) {
            byContestant
                    .computeIfAbsent(key(measurement.contestant(), measurement.sink()), name -> new ArrayList<>())
                    .add(measurement);
        }
    }

    /** Ratios to be printed, of contestants that were measured or not. */
    public record Ratio(String of, String ofSink, String to, String toSink, Aim aim) {}

    /** How great or small a ratio is to be. */
    public record Aim(double value, boolean atMost) {

        public static final Aim NONE = new Aim(Double.NaN, true);

        public static Aim atMost(double value) {
            return new Aim(value, true);
        }

        public static Aim atLeast(double value) {
            return new Aim(value, false);
        }

        private String judge(double ratio) {
            if (Double.isNaN(value)) {
                return "";
            }
            boolean met = atMost ? ratio <= value : ratio >= value;
            return String.format(
                    Locale.ROOT, "  aim %s %.2f ×: %s", atMost ? "at most" : "at least", value, met ? "met" : "missed");
        }
    }

    /** The measurements of one contestant, by round. */
    public List<Measurement> of(String contestant, String sink) {
        return byContestant.getOrDefault(key(contestant, sink), List.of());
    }

    /** A line for each contestant, under one that says what its numbers are. */
    public List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-14s %-10s %8s %17s %11s %8s %10s %10s %13s",
                "what",
                "sink",
                "seconds",
                "quartiles",
                "rows/s",
                "MB/s",
                "client CPU",
                "server CPU",
                "rows/CPU-s"));
        byContestant.values().forEach(measured -> lines.add(line(measured)));
        return lines;
    }

    private static String line(List<Measurement> measured) {
        Quartiles seconds = quartiles(measured, measurement -> measurement.cost().seconds());
        boolean knowsServer =
                measured.stream().allMatch(measurement -> measurement.cost().server().isPresent());
        return String.format(
                Locale.ROOT,
                "%-14s %-10s %8.3f %17s %,11.0f %8.0f %10.2f %10s %,13.0f",
                measured.get(0).contestant(),
                measured.get(0).sink(),
                seconds.median(),
                String.format(Locale.ROOT, "%.3f–%.3f", seconds.lower(), seconds.upper()),
                quartiles(measured, Measurement::rowsPerSecond).median(),
                quartiles(measured, Measurement::megabytesPerSecond).median(),
                quartiles(measured, measurement -> measurement.cost().client()).median(),
                knowsServer
                        ? String.format(
                                Locale.ROOT,
                                "%.2f",
                                quartiles(measured, measurement -> measurement.cost().server().getAsDouble())
                                        .median())
                        : "unknown",
                quartiles(measured, Measurement::rowsPerClientSecond).median());
    }

    /** How many exports per second each contestant delivered. */
    public List<String> exportsPerSecond() {
        return byContestant.values().stream()
                .map(measured -> {
                    Quartiles rate = quartiles(measured, Measurement::exportsPerSecond);
                    return String.format(
                            Locale.ROOT,
                            "%-28s %,9.1f exports/s (quartiles %,.1f–%,.1f)",
                            named(measured.get(0).contestant(), measured.get(0).sink()),
                            rate.median(),
                            rate.lower(),
                            rate.upper());
                })
                .toList();
    }

    /** A line for each ratio whose two sides were measured: the median of the rounds' ratios of seconds. */
    public List<String> ratios(List<Ratio> wanted) {
        List<String> lines = new ArrayList<>();
        for (Ratio ratio : wanted) {
            List<Measurement> of = byContestant.get(key(ratio.of(), ratio.ofSink()));
            List<Measurement> to = byContestant.get(key(ratio.to(), ratio.toSink()));
            if (of != null && to != null) {
                lines.add(line(ratio, of, to));
            }
        }
        return lines;
    }

    private static String line(Ratio ratio, List<Measurement> of, List<Measurement> to) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < of.size(); i++) {
            ratios.add(of.get(i).cost().seconds() / to.get(i).cost().seconds());
        }
        Quartiles all = Quartiles.of(ratios);
        return String.format(
                Locale.ROOT,
                "%-24s takes %.2f × of %-24s (quartiles %.2f–%.2f, all %.2f–%.2f)%s",
                named(ratio.of(), ratio.ofSink()),
                all.median(),
                named(ratio.to(), ratio.toSink()),
                all.lower(),
                all.upper(),
                all.least(),
                all.greatest(),
                ratio.aim().judge(all.median()));
    }

    private static Quartiles quartiles(List<Measurement> measured, ToDoubleFunction<Measurement> value) {
        return Quartiles.of(measured.stream().map(value::applyAsDouble).toList());
    }

    private static String named(String contestant, String sink) {
        return contestant + " to " + sink;
    }

    private static String key(String contestant, String sink) {
        return contestant + " " + sink;
    }
}
