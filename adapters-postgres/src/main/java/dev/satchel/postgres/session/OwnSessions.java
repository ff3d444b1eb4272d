package dev.satchel.postgres.session;

import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A data source whose sessions belong to Satchel alone and have the settings of {@link StatementSettings} from their
 * first statement on. So a single statement needs no transaction that sets them, which saves two round trips.
 */
public final class OwnSessions extends DelegatingDataSource {

    /** @param sessions set the settings of each session that they open; no other code uses these sessions */
    public OwnSessions(DataSource sessions) {
        super(sessions);
    }
}
