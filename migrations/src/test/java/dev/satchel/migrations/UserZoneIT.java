package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** Days are counted in regions or UTC; what was written before there was that rule stays. */
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

    @Test
    void rowsFromBeforeTheRuleStayAndCountAsTheyDid() throws SQLException {
        try (var database = SampleDatabase.createUnmigrated();
                var owner = Session.open(database.ownerDataSource())) {
            Upgrades.paste(database, Upgrades.BEFORE_LIMITS);
            var user = owner.addUser();
            owner.run(ADD, user, "UTC+2");

            Upgrades.paste(database, Upgrades.SINCE_LIMITS);

            assertThat(owner.value("SELECT satchel.user_day(?, '2099-01-01T01:00Z')", user))
                    .isEqualTo("2098-12-31");
            assertThat(owner.value("SELECT convalidated FROM pg_constraint WHERE conname = 'user_zone_region_check'"))
                    .isEqualTo("f");
            var refusal = catchThrowableOfType(PSQLException.class, () -> owner.run(ADD, user, "UTC+3"));
            assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("user_zone_region_check");
        }
    }
}
