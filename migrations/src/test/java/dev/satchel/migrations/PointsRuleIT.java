package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rule of points is one function, and a change of it applies to what is written from then on. */
class PointsRuleIT {

    private static final String END = """
            INSERT INTO public.sessions (id, user_id, session_type, started_at, ended_at, qa_attempts, qa_correct,
                                         vocabulary_learned, descriptions_generated)
            VALUES (?, ?, 'mixed', now() - interval '1 hour', now(), 3, 2, 1, 4)
            """;
    private static final String CHANGE_THE_RULE = """
            CREATE OR REPLACE FUNCTION satchel.points(qa_correct bigint, qa_attempts bigint, vocabulary bigint,
                                                      descriptions bigint)
                RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 1000 * qa_correct
            """;

    @AutoClose
    private SampleDatabase database;

    @AutoClose
    private Session owner;

    private UUID user;
    private UUID before;
    private long given;

    @BeforeEach
    void endASessionAndChangeTheRule() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
        user = owner.addUser();
        before = UUID.randomUUID();
        owner.run(END, before, user);
        given = points(before);
        assertThat(given).isPositive().isNotEqualTo(2000);

        owner.run(CHANGE_THE_RULE);
    }

    @Test
    void aContributionKeepsThePointsThatItWasGiven() throws SQLException {
        var after = UUID.randomUUID();

        owner.run(END, after, user);

        assertThat(points(before)).isEqualTo(given);
        assertThat(points(after)).isEqualTo(2000);
        assertThat(owner.value("SELECT total_points FROM public.user_progress WHERE user_id = ?", user))
                .isEqualTo("" + (given + 2000));
        assertNoDrift();
    }

    @Test
    void writingASessionThatSaysTheSameRewritesNothing() throws SQLException {
        owner.run("UPDATE public.sessions SET user_agent = 'another', qa_correct = 2 WHERE id = ?", before);

        assertThat(points(before)).isEqualTo(given);
        assertNoDrift();
    }

    @Test
    void aCorrectedSessionIsWorthWhatTheRuleOfTodaySays() throws SQLException {
        owner.run("UPDATE public.sessions SET qa_correct = 3 WHERE id = ?", before);

        assertThat(points(before)).isEqualTo(3000);
        assertThat(owner.value("SELECT total_points FROM public.user_progress WHERE user_id = ?", user))
                .isEqualTo("3000");
        assertNoDrift();
    }

    @Test
    void aRepairKeepsThePointsToo() throws SQLException {
        owner.run("UPDATE satchel.progress_total SET points = 7");
        assertThat(owner.rows("SELECT what FROM satchel.progress_drift(ARRAY [?]::uuid[])", user))
                .isNotEmpty();

        owner.rows("SELECT satchel.repair_progress(ARRAY [?]::uuid[])", user);

        assertThat(points(before)).isEqualTo(given);
        assertThat(owner.value("SELECT total_points FROM public.user_progress WHERE user_id = ?", user))
                .isEqualTo("" + given);
        assertNoDrift();
    }

    private long points(UUID session) throws SQLException {
        return Long.parseLong(
                owner.value("SELECT points FROM satchel.session_contribution WHERE session_id = ?", session));
    }

    private void assertNoDrift() throws SQLException {
        assertThat(owner.rows("SELECT * FROM satchel.progress_drift(ARRAY [?]::uuid[])", user))
                .isEmpty();
    }
}
