package dev.satchel.batchexport.run.record;

import java.security.SecureRandom;
import javax.sql.DataSource;
import org.springframework.batch.infrastructure.item.database.support.DefaultDataFieldMaxValueIncrementerFactory;
import org.springframework.jdbc.support.incrementer.DataFieldMaxValueIncrementer;

/**
 * Gives each run an id that no other run in this process has, whatever database it is recorded in: the milliseconds since
 * 1970, and 22 random bits. Other ids come from sequences.
 *
 * <p>Spring Batch keeps what runs and steps under way refer to in static maps, under ids that it takes for unique. With the
 * sequences of two databases, or of this schema and of the hosting service's own Spring Batch, two runs have the same id, and
 * the one that comes second gets the other's step or job parameters.
 */
public final class RunIds extends DefaultDataFieldMaxValueIncrementerFactory {

    private static final String OF_RUNS = "JOB_EXECUTION_SEQ";

    public RunIds(DataSource dataSource) {
        super(dataSource);
    }

    @Override
    public DataFieldMaxValueIncrementer getIncrementer(String databaseType, String incrementerName) {
        return incrementerName.endsWith(OF_RUNS)
                ? new TimeAndChance()
                : super.getIncrementer(databaseType, incrementerName);
    }

    private static final class TimeAndChance implements DataFieldMaxValueIncrementer {

        private static final int RANDOM_BITS = 22;

        private final SecureRandom random = new SecureRandom();

        @Override
        public long nextLongValue() {
            return System.currentTimeMillis() << RANDOM_BITS | random.nextInt(1 << RANDOM_BITS);
        }

        @Override
        public int nextIntValue() {
            throw new UnsupportedOperationException("ids of runs have 64 bits");
        }

        @Override
        public String nextStringValue() {
            return Long.toString(nextLongValue());
        }
    }
}
