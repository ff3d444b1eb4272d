package dev.satchel.store;

import static dev.satchel.store.UploadJournal.Reason.NEVER_PUBLISHED;
import static dev.satchel.store.UploadJournal.Reason.ROW_DELETED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.Export;
import dev.satchel.export.Exports;
import dev.satchel.store.UploadJournal.Leftover;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What every {@link UploadJournal} forgets and keeps when objects are removed. */
public abstract class RemovalContract extends UploadJournalContract {

    @Nested
    class Removed {

        private static final Duration LIFETIME = Duration.ofMinutes(30);

        private boolean removed(URI location) {
            return removed(location, LIFETIME);
        }

        private boolean removed(URI location, Duration lifetime) {
            boolean settled = journal.isSettled(location, lifetime);
            journal.removed(location, settled);
            return settled;
        }

        @Test
        void isForgottenWhenEveryRequestWasAnswered() {
            Export.Processing export = claimed();
            URI location = published(export);
            world.deleteExport(export.id());

            assertThat(removed(location)).isTrue();

            assertThat(leftovers()).isEmpty();
        }

        @Test
        void isForgottenAtOnceWhereNothingCanComeLate() {
            Export.Processing export = claimed();
            URI location = opened(export);

            assertThat(removed(location, Duration.ZERO)).isTrue();

            world.deleteExport(export.id());
            world.letPass(GRACE);
            assertThat(leftovers()).isEmpty();
        }

        @Test
        void isKeptWhileARequestWithoutAnswerMayBeUnderWay() {
            Export.Processing export = claimed();
            URI location = opened(export);
            journal.unanswered(location);
            history.complete(export, Exports.file(location), RETENTION);
            world.deleteExport(export.id());
            world.letPass(LIFETIME.minusMinutes(1));

            assertThat(removed(location)).isFalse();
            assertThat(leftovers()).containsExactly(new Leftover(location, export.id(), ROW_DELETED));

            world.letPass(Duration.ofMinutes(1));
            assertThat(removed(location)).isTrue();
            assertThat(leftovers()).isEmpty();
        }

        // A late request may have arrived after the removal.
        @Test
        void isKeptWhenItSettledOnlyAfterwards() {
            Export.Processing export = claimed();
            URI location = opened(export);
            world.letPass(GRACE);
            history.reclaimExpired(5);
            boolean settled = journal.isSettled(location, LIFETIME);
            world.letPass(LIFETIME.plus(GRACE));

            journal.removed(location, settled);

            assertThat(settled).isFalse();
            assertThat(leftovers()).containsExactly(new Leftover(location, export.id(), NEVER_PUBLISHED));
        }

        @Test
        void takesTheLocationFromTheRowEvenIfItIsKept() {
            Export.Processing export = claimed();
            URI location = opened(export);
            journal.unanswered(location);
            history.complete(export, Exports.file(location), Duration.ofSeconds(1));
            world.letPass(Duration.ofSeconds(1));

            assertThat(removed(location)).isFalse();

            assertThat(world.catalog().find(export.id()).orElseThrow().location())
                    .isNull();
            world.letPass(GRACE);
            assertThat(leftovers()).containsExactly(new Leftover(location, export.id(), NEVER_PUBLISHED));
            assertThat(removed(location)).isTrue();
        }

        // A worker that died told nothing about its last request.
        @Test
        void isKeptAfterAnAttemptThatCrashed() {
            Export.Processing export = claimed();
            URI location = opened(export);
            world.letPass(GRACE);
            history.reclaimExpired(5);

            assertThat(removed(location)).isFalse();

            world.letPass(LIFETIME);
            assertThat(removed(location)).isTrue();
        }

        // Nothing says when the row was deleted, and its worker may have written until then.
        @Test
        void isKeptForADayWithoutARow() {
            Export.Processing export = claimed();
            URI location = opened(export);
            world.deleteExport(export.id());
            world.letPass(Duration.ofDays(1));

            assertThat(removed(location)).isFalse();

            world.letPass(LIFETIME);
            assertThat(removed(location)).isTrue();
        }
    }

    @Test
    void knowsNothingAboutAnUnknownObject() {
        journal.deleted(Exports.anyLocation());

        assertThat(leftovers()).isEmpty();
        assertThat(journal.isSettled(Exports.anyLocation(), Duration.ofHours(1)))
                .isTrue();
        assertThat(world.catalog().find(UUID.randomUUID())).isEmpty();
    }
}
