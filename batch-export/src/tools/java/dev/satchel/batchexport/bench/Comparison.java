package dev.satchel.batchexport.bench;

import dev.satchel.batchexport.bench.measure.Quartiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long the same work took without and with something, in pairs measured one after the other. */
final class Comparison {

    private final String what;
    private final int count;
    private final String without;
    private final String with;
    private final double aim;
    private final List<Pair> pairs = new ArrayList<>();

    /**
     * @param what is done; may name the number of sessions with a format
     * @param sessions that each measurement ends
     * @param aim the greatest ratio that is good enough
     */
    Comparison(String what, int sessions, double aim) {
        this(what, sessions, "without", "with", aim);
    }

    private Comparison(String what, int count, String without, String with, double aim) {
        this.what = String.format(Locale.ROOT, what, count);
        this.count = count;
        this.without = without;
        this.with = with;
        this.aim = aim;
    }

    /**
     * Without an aim for the ratio.
     *
     * @param count of what each measurement does
     * @param peer the name of what ours is compared with
     */
    static Comparison of(String what, int count, String peer) {
        return new Comparison(what, count, peer, "ours", Double.NaN);
    }

    void add(long withoutNanos, long withNanos) {
        pairs.add(new Pair(withoutNanos, withNanos));
    }

    /** The median of the pairs' ratios: how many times as long it took with. */
    double ratio() {
        return Quartiles.of(ratios()).median();
    }

    @Override
    public String toString() {
        Quartiles ratios = Quartiles.of(ratios());
        return String.format(
                Locale.ROOT,
                "%-32s %,7.0f/s %s  %,7.0f/s %s  %.2f × (quartiles %.2f–%.2f, all %.2f–%.2f)%s",
                what,
                perSecond(pairs.stream().map(pair -> (double) pair.without).toList()),
                without,
                perSecond(),
                with,
                ratios.median(),
                ratios.lower(),
                ratios.upper(),
                ratios.least(),
                ratios.greatest(),
                Double.isNaN(aim)
                        ? ""
                        : String.format(Locale.ROOT, "  aim %.1f ×: %s", aim, ratio() <= aim ? "met" : "missed"));
    }

    /** How many were done in a second with, or by ours. */
    double perSecond() {
        return perSecond(pairs.stream().map(pair -> (double) pair.with).toList());
    }

    private double perSecond(List<Double> nanos) {
        return count / Quartiles.of(nanos).median() * 1e9;
    }

    private List<Double> ratios() {
        return pairs.stream().map(pair -> (double) pair.with / pair.without).toList();
    }

    private record Pair(long without, long with) {}
}
