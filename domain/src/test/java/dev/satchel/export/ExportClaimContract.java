package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningTypes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How every {@link ExportHistory} hands out exports, and what it says is left to do. */
public abstract class ExportClaimContract extends ExportHistoryContract {

    @Nested
    class Claim {

        @Test
        void findsNothingWhereNothingWaits() {
            assertThat(history.claim("worker", LEASE)).isEmpty();
        }

        @Test
        void handsOutTheRequestAsItWas() {
            ExportRequest request = Requests.of(
                    user,
                    Map.of(
                            "from", "2026-01-01",
                            "to", "2026-01-31",
                            "zone", "Asia/Kathmandu",
                            "difficulty", "advanced",
                            "phase", "mastered"));
            UUID id = history.request(request).id();

            Export.Processing export = claimed();

            ExportCatalog.Entry entry = entry(id);
            assertThat(export)
                    .isEqualTo(new Export.Processing(
                            id, request, entry.requestedAt(), entry.startedAt(), 1, export.token()));
            assertThat(entry.status()).isEqualTo("processing");
        }

        @Test
        void handsOutTheOldestFirst() {
            UUID first = requested();
            world.letPass(Duration.ofSeconds(1));
            UUID second =
                    history.request(Requests.of(user, LearningTypes.SESSIONS)).id();
            world.letPass(Duration.ofSeconds(1));
            UUID third =
                    history.request(Requests.of(user, LearningTypes.PROFILE)).id();

            assertThat(List.of(claimed().id(), claimed().id(), claimed().id())).containsExactly(first, second, third);
        }

        @Test
        void letsUsersTakeTurns() {
            UUID first = requested();
            UUID second =
                    history.request(Requests.of(user, LearningTypes.SESSIONS)).id();
            UUID third =
                    history.request(Requests.of(user, LearningTypes.PROFILE)).id();
            world.letPass(Duration.ofSeconds(1));
            UserId late = world.addUser();
            UUID lateFirst = history.request(Requests.of(late)).id();
            UUID lateSecond =
                    history.request(Requests.of(late, LearningTypes.SESSIONS)).id();

            assertThat(List.of(
                            claimed().id(),
                            claimed().id(),
                            claimed().id(),
                            claimed().id(),
                            claimed().id()))
                    .containsExactly(first, lateFirst, second, lateSecond, third);
        }

        @Test
        void servesALaterUserBeforeTheNextExportOfAServedOne() {
            for (ExportType type : List.of(LearningTypes.VOCABULARY, LearningTypes.SESSIONS, LearningTypes.PROFILE)) {
                history.request(Requests.of(user, type));
            }
            Export.Processing first = claimed();
            history.complete(first, Exports.anyFileOf(first), RETENTION);
            claimed();
            world.letPass(Duration.ofSeconds(1));
            UUID late = history.request(Requests.of(world.addUser())).id();

            assertThat(claimed().id()).isEqualTo(late);
        }

        @Test
        void aUserCannotStayFirstByRequestingAgain() {
            UserId other = world.addUser();
            UUID waiting = history.request(Requests.of(other)).id();
            UUID next =
                    history.request(Requests.of(other, LearningTypes.SESSIONS)).id();
            List<UUID> served = new ArrayList<>();
            for (int round = 0; round < 4; round++) {
                world.letPass(Duration.ofSeconds(1));
                requested();
                Export.Processing export = claimed();
                served.add(export.id());
                history.complete(export, Exports.anyFileOf(export), RETENTION);
            }

            assertThat(served).contains(waiting, next);
        }

        @Test
        void handsOutEachExportOnce() throws Exception {
            for (int count = 0; count < 40; count++) {
                history.request(Requests.of(world.addUser()));
            }

            List<List<UUID>> claims = together(6, () -> {
                List<UUID> mine = new ArrayList<>();
                for (Optional<Export.Processing> next = history.claim("worker", LEASE);
                        next.isPresent();
                        next = history.claim("worker", LEASE)) {
                    mine.add(next.get().id());
                }
                return mine;
            });

            assertThat(claims.stream().flatMap(List::stream)).hasSize(40).doesNotHaveDuplicates();
        }
    }

    @Nested
    class Backlog {

        @Test
        void isEmptyWhereNothingWaits() {
            assertThat(history.backlog(LEASE)).isEqualTo(new ExportHistory.Backlog(Optional.empty(), Map.of(), 0, 0));
        }

        @Test
        void isDueAtOnceWhereAnExportIsDue() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(1));
            history.request(Requests.of(user, LearningTypes.SESSIONS));

            assertThat(history.backlog(LEASE))
                    .isEqualTo(new ExportHistory.Backlog(
                            Optional.of(Duration.ZERO), Map.of("", 1L, "store_unavailable", 1L), 0, 0));
        }

        @Test
        void isDueAfterTheShortestDelay() {
            for (int minutes : new int[] {30, 10, 20}) {
                history.request(Requests.of(world.addUser()));
                history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(minutes));
            }

            assertThat(untilNextDue().orElseThrow()).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
            world.letPass(Duration.ofMinutes(10));
            assertThat(untilNextDue()).contains(Duration.ZERO);
        }

        @Test
        void isNotDueWhileAllThatIsPendingWaitsForTheOperator() {
            requested();
            history.postpone(claimed(), Exports.accessDenied(), Duration.ofMinutes(1));

            assertThat(history.backlog(LEASE))
                    .isEqualTo(new ExportHistory.Backlog(Optional.empty(), Map.of("access_denied", 1L), 0, 0));
            world.letPass(Duration.ofMinutes(1));
            assertThat(untilNextDue()).contains(Duration.ZERO);
        }

        @Test
        void distinguishesSilentWorkersFromLiveOnes() {
            requested();
            history.request(Requests.of(user, LearningTypes.SESSIONS));
            Export.Processing alive = claimed();
            claimed();
            world.letPass(Duration.ofSeconds(60));
            history.heartbeat(alive, LEASE);
            world.letPass(Duration.ofSeconds(10));

            assertThat(leases(Duration.ofSeconds(90))).containsExactly(2L, 0L);
            assertThat(leases(Duration.ofSeconds(30))).containsExactly(1L, 1L);
            assertThat(leases(Duration.ZERO)).containsExactly(0L, 2L);
        }

        private Optional<Duration> untilNextDue() {
            return history.backlog(LEASE).untilNextDue();
        }

        private List<Long> leases(Duration silence) {
            ExportHistory.Backlog backlog = history.backlog(silence);
            return List.of(backlog.held(), backlog.silent());
        }
    }
}
