package dev.satchel.batchexport.bench.export;

/**
 * One contestant in one round.
 *
 * @param round from 1; the warm-up is not recorded
 */
record Measurement(int round, String contestant, String sink, long rows, long bytes, Cost cost) {

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
