package dev.satchel.batchexport.report;

import dev.satchel.batchexport.page.Ranges.Spread;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What became of the exports that were asked for, say on one day, by the time of the report. Each counts once, under what
 * it is now.
 *
 * @param failed without those that were cancelled, which did not go wrong
 * @param tried how many of the delivered ones needed more than one attempt
 * @param removed how many of the delivered ones have no file any more
 * @param waited seconds from the request to the start of the last attempt; of the delivered ones, as all below
 * @param took seconds from the request to the file
 * @param size bytes of a file
 */
record Tally(
        long delivered,
        long failed,
        long cancelled,
        long waiting,
        long active,
        long tried,
        long removed,
        long records,
        long bytes,
        Optional<Spread> waited,
        Optional<Spread> took,
        Optional<Spread> size) {

    static final Tally NOTHING =
            new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty());

    long asked() {
        return delivered + failed + cancelled + waiting + active;
    }

    static Tally of(ResultSet row) throws SQLException {
        return new Tally(
                row.getLong("delivered"),
                row.getLong("failed"),
                row.getLong("cancelled"),
                row.getLong("waiting"),
                row.getLong("active"),
                row.getLong("tried"),
                row.getLong("removed"),
                row.getLong("records"),
                row.getLong("bytes"),
                Spreads.of(row, "waited"),
                Spreads.of(row, "took"),
                Spreads.of(row, "size"));
    }
}
