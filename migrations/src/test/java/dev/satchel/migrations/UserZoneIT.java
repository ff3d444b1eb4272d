package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** Days are counted in regions or UTC. */
class UserZoneIT {

    private static final String ADD = "INSERT INTO satchel.user_zone (user_id, since, zone) VALUES (?, now(), ?)";

    @Test
    void aZoneThatTheServerDoesNotKnowIsRefusedWithTheRemedy() throws SQLException {
        try (var database = SampleDatabase.create();
                var owner = Session.open(database.ownerDataSource())) {
            var user = owner.addUser();

            var refusal = catchThrowableOfType(PSQLException.class, () -> owner.run(ADD, user, "Mars/Olympus"));

            assertThat(refusal.getSQLState()).isEqualTo("22023");
            assertThat(refusal.getServerErrorMessage().getMessage())
                    .isEqualTo("the server knows no time zone 'Mars/Olympus'");
            assertThat(refusal.getServerErrorMessage().getHint())
                    .isEqualTo("Name a region such as Europe/Madrid, or UTC.");
        }
    }
}
