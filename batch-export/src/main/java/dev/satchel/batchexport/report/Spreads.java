package dev.satchel.batchexport.report;

import dev.satchel.batchexport.page.Ranges.Spread;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Median, 95th percentile and greatest value, as {@code percentile_disc(ARRAY[0.5, 0.95, 1])} gives them. */
final class Spreads {

    private Spreads() {}

    /** Empty if there was no value. */
    static Optional<Spread> of(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        if (array == null) {
            return Optional.empty();
        }
        @Nullable Double[] values = (@Nullable Double[]) array.getArray();
        Double median = values[0];
        Double most = values[1];
        Double greatest = values[2];
        return median == null || most == null || greatest == null
                ? Optional.empty()
                : Optional.of(new Spread(median, most, greatest));
    }
}
