package dev.satchel.batchexport.bench.measure;

import java.util.Comparator;
import java.util.List;

/** The median of some values, their quartiles, and the least and the greatest of them. */
public record Quartiles(double least, double lower, double median, double upper, double greatest) {

    /** @param values at least one */
    public static Quartiles of(List<Double> values) {
        List<Double> sorted = values.stream().sorted(Comparator.naturalOrder()).toList();
        return new Quartiles(
                quantile(sorted, 0),
                quantile(sorted, 0.25),
                quantile(sorted, 0.5),
                quantile(sorted, 0.75),
                quantile(sorted, 1));
    }

    // Between two values, the point that divides them in the same proportion.
    private static double quantile(List<Double> sorted, double share) {
        double position = share * (sorted.size() - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (position - below) * (sorted.get(above) - sorted.get(below));
    }
}
