package dev.satchel.store;

import static dev.satchel.store.UploadJournal.Reason.EXPIRED;
import static dev.satchel.store.UploadJournal.Reason.NEVER_PUBLISHED;
import static dev.satchel.store.UploadJournal.Reason.ROW_DELETED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.Exports;
import dev.satchel.store.UploadJournal.Leftover;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which objects every {@link UploadJournal} lists for removal. */
public abstract class LeftoverContract extends UploadJournalContract {

    @Nested
    class Published {

        @Test
        void isKeptUntilItExpires() {
            published(claimed());

            assertThat(leftovers()).isEmpty();
            world.letPass(RETENTION.minusMinutes(1));
            assertThat(leftovers()).isEmpty();
        }

        @Test
        void isLeftOverAsSoonAsItExpired() {
            Export.Processing export = claimed();
            URI location = published(export);

            world.letPass(RETENTION);

            assertThat(leftovers()).containsExactly(new Leftover(location, export.id(), EXPIRED));
        }

        @Test
        void isLeftOverAsSoonAsItsRowWasDeleted() {
            Export.Processing export = claimed();
            URI location = published(export);

            world.deleteExport(export.id());

            assertThat(leftovers()).containsExactly(new Leftover(location, export.id(), ROW_DELETED));
        }

        @Test
        void isLeftOverAsSoonAsTheAccountWasDeleted() {
            Export.Processing export = claimed();
            URI location = published(export);

            world.deleteUser(user);

            assertThat(leftovers()).containsExactly(new Leftover(location, export.id(), ROW_DELETED));
        }

        @Test
        void isRememberedEvenWhenItWasNeverOpened() {
            Export.Processing export = claimed();
            DeliveredFile file = Exports.anyFileOf(export);
            history.complete(export, file, RETENTION);

            world.deleteExport(export.id());

            assertThat(leftovers()).containsExactly(new Leftover(file.location(), export.id(), ROW_DELETED));
        }
    }

    @Nested
    class Unpublished {

        @Test
        void isKeptWhileItsAttemptLives() {
            Export.Processing export = claimed();
            opened(export);
            world.letPass(GRACE.multipliedBy(3));
            history.heartbeat(export, LEASE);

            assertThat(leftovers()).isEmpty();
        }

        // The worker may be late and still publish it, until its export is taken back.
        @Test
        void isKeptUntilItsAttemptIsTakenBack() {
            Export.Processing export = claimed();
            URI location = opened(export);
            world.letPass(GRACE.multipliedBy(3));
            assertThat(leftovers()).isEmpty();

            history.complete(export, Exports.file(location), RETENTION);

            assertThat(leftovers()).isEmpty();
            assertThat(world.catalog().downloadable(export.id())).isPresent();
        }

        @Test
        void isLeftOverOnceTheGraceAfterItsAttemptHasPassed() {
            Export.Processing export = claimed();
            URI location = opened(export);
            world.letPass(GRACE.multipliedBy(3));
            history.reclaimExpired(5);

            assertThat(leftovers()).isEmpty();
            world.letPass(GRACE.minusMinutes(1));
            assertThat(leftovers()).isEmpty();
            world.letPass(Duration.ofMinutes(1));
            assertThat(leftovers()).containsExactly(new Leftover(location, export.id(), NEVER_PUBLISHED));
        }

        @Test
        void isLeftOverAlsoWhileALaterAttemptLives() {
            Export.Processing first = claimed();
            URI abandoned = opened(first);
            history.retry(first, Exports.storeUnavailable(), Duration.ZERO);
            Export.Processing second = claimed();
            opened(second);
            world.letPass(GRACE);
            history.heartbeat(second, LEASE);

            assertThat(leftovers()).containsExactly(new Leftover(abandoned, first.id(), NEVER_PUBLISHED));
        }

        @Test
        void isLeftOverAfterALaterAttemptPublishedAnother() {
            Export.Processing first = claimed();
            URI abandoned = opened(first);
            history.retry(first, Exports.storeUnavailable(), Duration.ZERO);
            Export.Processing second = claimed();
            published(second);
            world.letPass(GRACE);

            assertThat(leftovers()).containsExactly(new Leftover(abandoned, first.id(), NEVER_PUBLISHED));
        }

        @Test
        void isLeftOverAfterFailure() {
            Export.Processing export = claimed();
            URI location = opened(export);
            history.fail(export, Exports.accessDenied());
            world.letPass(GRACE);

            assertThat(leftovers()).containsExactly(new Leftover(location, export.id(), NEVER_PUBLISHED));
        }

        @Test
        void outlivesItsRowUntilTheGraceHasPassed() {
            Export.Processing export = claimed();
            URI location = opened(export);
            world.deleteUser(user);

            assertThat(leftovers()).isEmpty();
            world.letPass(GRACE);
            assertThat(leftovers()).containsExactly(new Leftover(location, export.id(), ROW_DELETED));
        }
    }

    @Nested
    class Deleted {

        @Test
        void takesTheLocationFromTheRow() {
            Export.Processing export = claimed();
            URI location = published(export);
            world.letPass(RETENTION);

            journal.deleted(location);

            ExportCatalog.Entry entry = world.catalog().find(export.id()).orElseThrow();
            assertThat(leftovers()).isEmpty();
            assertThat(entry.status()).isEqualTo("completed");
            assertThat(entry.location()).isNull();
            assertThat(entry.manifest()).contains("\"expired_at\": \"", "\"sha256\": \"");
        }

        @Test
        void forgetsWhatWasNeverPublished() {
            Export.Processing export = claimed();
            URI location = opened(export);
            history.fail(export, Exports.accessDenied());
            world.letPass(GRACE);
            ExportCatalog.Entry before = world.catalog().find(export.id()).orElseThrow();

            journal.deleted(location);

            assertThat(leftovers()).isEmpty();
            assertThat(world.catalog().find(export.id())).contains(before);
        }

        @Test
        void forgetsWhatHasNoRow() {
            Export.Processing export = claimed();
            URI location = published(export);
            world.deleteExport(export.id());

            journal.deleted(location);

            assertThat(leftovers()).isEmpty();
        }

        @Test
        void mayBeSaidTwice() {
            Export.Processing export = claimed();
            URI location = published(export);
            journal.deleted(location);
            ExportCatalog.Entry before = world.catalog().find(export.id()).orElseThrow();

            journal.deleted(location);

            assertThat(world.catalog().find(export.id())).contains(before);
        }

        @Test
        void leavesTheFileOfAnotherAttemptAlone() {
            Export.Processing first = claimed();
            URI abandoned = opened(first);
            history.retry(first, Exports.storeUnavailable(), Duration.ZERO);
            URI kept = published(claimed());

            journal.deleted(abandoned);

            assertThat(world.catalog().downloadable(first.id()).orElseThrow().location())
                    .isEqualTo(kept);
        }
    }

    @Nested
    class Stores {

        private static final URI OTHER = URI.create("file:///mnt/other/");

        private URI published(Export.Processing export, URI root) {
            URI location = Exports.locationOf(export, root);
            journal.opened(export, location);
            history.complete(export, Exports.file(location), RETENTION);
            return location;
        }

        @Test
        void keepTheirLeftoversApart() {
            URI here = published(claimed(), Exports.ROOT);
            published(claimed(), OTHER);
            published(claimed(), OTHER);
            assertThat(journal.elsewhere(Exports.ROOT, GRACE)).isEmpty();
            world.letPass(RETENTION);

            assertThat(leftovers()).extracting(Leftover::location).containsExactly(here);
            assertThat(journal.elsewhere(Exports.ROOT, GRACE))
                    .containsExactly(new UploadJournal.Elsewhere(OTHER.toString(), 2));
            assertThat(journal.elsewhere(OTHER, GRACE))
                    .containsExactly(new UploadJournal.Elsewhere(Exports.ROOT.toString(), 1));
        }

        @Test
        void keepTheirLeftoversApartAtOneRoot() {
            KnownStore first = world.stores().add(Exports.ROOT, "first");
            world.stores().marked(first);
            URI before = published(claimed(), Exports.ROOT);
            KnownStore second = world.stores().replace(first, "second");
            URI after = published(claimed(), Exports.ROOT);
            world.letPass(RETENTION);

            assertThat(leftovers()).extracting(Leftover::location).containsExactly(after);
            assertThat(journal.published(Exports.ROOT, 10)).containsExactly(after);
            assertThat(journal.elsewhere(Exports.ROOT, GRACE))
                    .containsExactly(new UploadJournal.Elsewhere(Exports.ROOT.toString(), 1));

            world.stores().reinstate(first);
            assertThat(leftovers()).extracting(Leftover::location).containsExactly(before);
            assertThat(second.marked()).isFalse();
        }

        @Test
        void tellWhichFilesTheyMustHold() {
            published(claimed(), OTHER);
            URI first = published(claimed(), Exports.ROOT);
            world.letPass(Duration.ofMinutes(1));
            URI second = published(claimed(), Exports.ROOT);
            opened(claimed());

            assertThat(journal.published(Exports.ROOT, 10)).containsExactly(second, first);
            assertThat(journal.published(Exports.ROOT, 1)).containsExactly(second);
            journal.deleted(second);
            assertThat(journal.published(Exports.ROOT, 10)).containsExactly(first);
        }
    }

    @Test
    void givesNoMoreThanAskedFor() {
        for (int count = 0; count < 5; count++) {
            published(claimed());
        }
        world.letPass(RETENTION);

        assertThat(journal.leftovers(Exports.ROOT, GRACE, 3))
                .hasSize(3)
                .extracting(Leftover::reason)
                .containsOnly(EXPIRED);
        assertThat(leftovers()).hasSize(5);
    }
}
