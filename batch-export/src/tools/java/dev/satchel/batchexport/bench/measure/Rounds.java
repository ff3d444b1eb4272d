package dev.satchel.batchexport.bench.measure;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** Measures contestants one after the other, in an order that rotates from round to round, after one round to warm up. */
public final class Rounds {

    private final List<Contestant> contestants;
    private final Meter meter;
    private final long rows;
    private final Consumer<Measurement> progress;

    /** @param rows that each contestant has to read */
    public Rounds(List<Contestant> contestants, Meter meter, long rows, Consumer<Measurement> progress) {
        this.contestants = List.copyOf(contestants);
        this.meter = meter;
        this.rows = rows;
        this.progress = progress;
    }

    /** Runs the warm-up and that many rounds. */
    public List<Measurement> measure(int rounds) throws SQLException, IOException {
        List<Measurement> measurements = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            List<Contestant> order = new ArrayList<>(contestants);
            Collections.rotate(order, -round);
            for (Contestant contestant : order) {
                Measurement measured = measure(contestant, round);
                progress.accept(measured);
                if (round > 0) {
                    measurements.add(measured);
                }
            }
        }
        return measurements;
    }

    private Measurement measure(Contestant contestant, int round) throws SQLException, IOException {
        try (Contestant.Attempt attempt = contestant.prepare()) {
            Meter.Running running = meter.start(attempt.residents());
            Contestant.Amount amount = attempt.run();
            Cost cost = running.stop();
            if (amount.rows() != rows) {
                throw new IllegalStateException(
                        contestant.name() + " read " + amount.rows() + " rows instead of " + rows);
            }
            return new Measurement(round, contestant.name(), contestant.sink(), amount.exports(), amount.rows(), amount.bytes(), cost);
        }
    }
}
