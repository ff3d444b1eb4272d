package dev.satchel.batchexport.bench.measure;

/**
 * One contestant in one round.
 *
 * @param round from 1; the warm-up is not recorded
 */
public record Measurement(
        int round, String contestant, String sink, int exports, long rows, long bytes, Cost cost) {

    public double exportsPerSecond() {
        return exports / cost.seconds();
    }

    double rowsPerSecond() {
        return rows / cost.seconds();
    }

    double megabytesPerSecond() {
        return bytes / 1e6 / cost.seconds();
    }

    double rowsPerClientSecond() {
        return rows / cost.client();
    }
}
