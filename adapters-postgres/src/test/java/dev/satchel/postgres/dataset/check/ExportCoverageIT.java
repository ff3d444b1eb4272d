package dev.satchel.postgres.dataset.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.dataset.PostgresDatasets;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class ExportCoverageIT {

    @AutoClose
    private SampleDatabase database;

    private ExportCoverage coverage;

    @BeforeEach
    void createDatabase() {
        database = SampleDatabase.create();
        coverage = new ExportCoverage(database.workerDataSource(), PostgresDatasets.builtIn());
    }

    private void run(String sql) {
        JdbcClient.create(database.ownerDataSource()).sql(sql).update();
    }

    @Test
    void knowsEveryTableAndColumnOfTheApplication() {
        assertThat(coverage.gaps()).isEmpty();
        assertThat(coverage.stale()).isEmpty();
    }

    @Nested
    class FindsAGap {

        @Test
        void whenAColumnIsAdded() {
            run("ALTER TABLE public.sessions ADD COLUMN mood text");
            run("ALTER TABLE public.users ADD COLUMN phone text");

            assertThat(coverage.gaps())
                    .containsExactly(
                            "column public.sessions.mood is neither exported nor left out with a reason",
                            "column public.users.phone is neither exported nor left out with a reason");
        }

        @Test
        void whenATableWithAUserIdIsAdded() {
            run("CREATE TABLE public.badges (id uuid, owner uuid REFERENCES public.users (id))");

            assertThat(coverage.gaps())
                    .containsExactly("table public.badges leads to users, and no dataset exports it or leaves it out"
                            + " with a reason");
        }

        @Test
        void whenATableOfSatchelsOwnIsAdded() {
            run("CREATE TABLE satchel.diary (user_id uuid, entry text)");
            run("CREATE TABLE satchel.lease_note (lease uuid REFERENCES satchel.export_lease, note text)");
            run("CREATE TABLE satchel.adopted_user_progress (user_id uuid)");

            assertThat(coverage.gaps())
                    .containsExactly(
                            "table satchel.diary leads to users, and no dataset exports it or leaves it out with a reason",
                            "table satchel.lease_note leads to users, and no dataset exports it or leaves it out with a"
                                    + " reason");
        }

        @Test
        void whenATableLeadsToUsersThroughOthers() {
            run("CREATE TABLE public.word_audio (id uuid, word uuid REFERENCES public.vocabulary_items (id))");

            assertThat(coverage.gaps())
                    .containsExactly("table public.word_audio leads to users, and no dataset exports it or leaves it"
                            + " out with a reason");
        }

        @Test
        void whenATableNamesItsUserWithoutAForeignKey() {
            run("CREATE TABLE public.drafts (user_id uuid, body text)");
            run("CREATE MATERIALIZED VIEW public.busiest AS SELECT user_id, count(*) FROM public.sessions GROUP BY 1");

            assertThat(coverage.gaps())
                    .containsExactly(
                            "table public.busiest leads to users, and no dataset exports it or leaves it out with a"
                                    + " reason",
                            "table public.drafts leads to users, and no dataset exports it or leaves it out with a"
                                    + " reason");
        }

        @Test
        void onlyOnceForATableAndItsPartitions() {
            run("CREATE TABLE public.clicks (user_id uuid, at date) PARTITION BY RANGE (at)");
            run("CREATE TABLE public.clicks_2026 PARTITION OF public.clicks FOR VALUES FROM ('2026-01-01') TO"
                    + " ('2027-01-01')");

            assertThat(coverage.gaps()).hasSize(1).first().asString().startsWith("table public.clicks leads");
        }
    }

    @Test
    void findsNoGapInTablesWithoutUsersData() {
        run("CREATE TABLE public.tips (id uuid, body text)");
        run("ALTER TABLE public.images ADD COLUMN licence text");
        run("CREATE TABLE public.image_colors (image uuid REFERENCES public.images (id), color text)");
        run("CREATE VIEW public.own_sessions AS SELECT user_id FROM public.sessions");

        assertThat(coverage.gaps()).isEmpty();
    }

    @Test
    void reportsRegisteredTablesAndColumnsThatDoNotExist() {
        run("ALTER TABLE public.sessions DROP COLUMN user_agent");
        run("ALTER TABLE public.vocabulary_lists DROP COLUMN shared_with CASCADE");
        run("DROP TABLE public.learning_analytics");
        run("DROP TABLE satchel.export_requester");

        assertThat(coverage.gaps()).isEmpty();
        assertThat(coverage.stale())
                .containsExactly(
                        "column public.sessions.user_agent does not exist (exported in sessions)",
                        "column public.vocabulary_lists.shared_with does not exist (left out: the ids of other users)",
                        "table public.learning_analytics does not exist, and exports go without it",
                        "table satchel.export_requester does not exist (left out: when the user last asked for an"
                                + " export, which 'created_at' in exports says)");
    }
}
