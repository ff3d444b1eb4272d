package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningTypes;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How every {@link ExportHistory} adds exports: one per request, no more than allowed, and again after a failure. */
public abstract class ExportRequestContract extends ExportHistoryContract {

    @Nested
    class Request {

        @Test
        void addsAPendingExport() {
            ExportHistory.Requested requested =
                    history.request(Requests.of(user, Map.of("from", "2026-01-01", "difficulty", "beginner")));

            assertThat(requested.added()).isTrue();
            assertThat(requested.user()).isEqualTo(user);
            ExportCatalog.Entry entry = entry(requested.id());
            assertThat(entry.user()).isEqualTo(user);
            assertThat(entry.type()).isEqualTo("vocabulary");
            assertThat(entry.format()).isEqualTo("csv");
            assertThat(entry.status()).isEqualTo("pending");
            assertThat(entry.retries()).isZero();
            assertThat(entry.filters())
                    .contains("\"from\": \"2026-01-01\"", "\"difficulty\": \"beginner\"")
                    .doesNotContain("zone");
        }

        @Test
        void returnsAnEqualPendingRequest() {
            UUID first = requested();

            ExportHistory.Requested again = history.request(Requests.of(user));

            assertThat(again).isEqualTo(new ExportHistory.Requested(first, user, false));
        }

        @Test
        void returnsAnEqualProcessingRequest() {
            UUID first = requested();
            claimed();

            ExportHistory.Requested again = history.request(Requests.of(user));

            assertThat(again).isEqualTo(new ExportHistory.Requested(first, user, false));
        }

        @Test
        void tellsApartUserTypeFormatAndFilters() {
            Set<UUID> ids = new HashSet<>();
            for (ExportRequest request : List.of(
                    Requests.of(user),
                    Requests.of(world.addUser()),
                    Requests.of(user, LearningTypes.SESSIONS),
                    new ExportRequest(user, LearningTypes.VOCABULARY, ExportFormat.JSON, ExportFilters.NONE),
                    Requests.of(user, Map.of("phase", "new")),
                    Requests.of(user, Map.of("phase", "review")),
                    Requests.of(user, Map.of("from", "2026-01-01")),
                    Requests.of(user, Map.of("to", "2026-01-01")))) {
                ids.add(history.request(request).id());
            }

            assertThat(ids).hasSize(8);
        }

        @Test
        void tellsApartHowTheFileIsCompressed() {
            UUID plain = history.request(Requests.of(user)).id();
            UUID gzip = history.request(Requests.of(user, Map.of("compress", "gzip")))
                    .id();

            assertThat(gzip).isNotEqualTo(plain);
            assertThat(history.request(Requests.of(user, Map.of("compress", "gzip")))
                            .id())
                    .isEqualTo(gzip);
            assertThat(history.request(Requests.of(user, Map.of("compress", "zstd")))
                            .id())
                    .isNotIn(plain, gzip);
        }

        @Test
        void findsTheOneUnderWayByItsFilters() {
            Map<String, String> filters = Map.of("from", "2026-01-01", "to", "2026-02-01", "zone", "Asia/Kathmandu");
            UUID first = history.request(Requests.of(user, filters)).id();

            assertThat(history.request(Requests.of(user, filters)).id()).isEqualTo(first);
        }

        @Test
        void addsAnotherAfterCompletion() {
            UUID first = requested();
            Export.Processing export = claimed();
            history.complete(export, Exports.anyFileOf(export), RETENTION);

            ExportHistory.Requested next = history.request(Requests.of(user));

            assertThat(next.added()).isTrue();
            assertThat(next.id()).isNotEqualTo(first);
        }

        @Test
        void addsAnotherAfterFailure() {
            requested();
            history.fail(claimed(), Exports.accessDenied());

            assertThat(history.request(Requests.of(user)).added()).isTrue();
        }

        @Test
        void addsAnotherAfterDeletion() {
            world.deleteExport(requested());

            assertThat(history.request(Requests.of(user)).added()).isTrue();
        }

        @Test
        void addsOneHoweverManyAskAtOnce() throws Exception {
            List<ExportHistory.Requested> answers = together(8, () -> history.request(Requests.of(user)));

            assertThat(answers)
                    .extracting(ExportHistory.Requested::id)
                    .containsOnly(answers.get(0).id());
            assertThat(answers).filteredOn(ExportHistory.Requested::added).hasSize(1);
            assertThat(world.catalog().newest(user, null, 100)).hasSize(1);
        }

        @Test
        void alwaysAnswersWhileAnotherFinishes() throws Exception {
            List<Integer> completed = together(4, () -> {
                int done = 0;
                for (int round = 0; round < 40; round++) {
                    history.request(Requests.of(user));
                    Optional<Export.Processing> claim = history.claim("worker", LEASE);
                    if (claim.isPresent()) {
                        history.complete(claim.get(), Exports.anyFileOf(claim.get()), RETENTION);
                        done++;
                    }
                }
                return done;
            });

            int done = completed.stream().mapToInt(Integer::intValue).sum();
            assertThat(world.catalog().newest(user, "completed", 1000)).hasSize(done);
            assertThat(done).isPositive();
        }

        @Test
        void refusesMoreThanTheMostUnderWayAndNamesTheRemedy() {
            askForTheMost();

            assertThatExceptionOfType(TooManyExportsException.class)
                    .isThrownBy(this::one)
                    .withMessage("user " + user + " would have 51 exports under way, and at most 50 are allowed: wait"
                            + " until one is delivered, or cancel one, and ask again");
            assertThat(world.catalog().newest(user, null, 100)).hasSize(ExportHistory.MOST_ACTIVE);
        }

        @Test
        void returnsAnEqualRequestEvenAtTheLimit() {
            UUID first = requested();
            for (int day = 1; day < ExportHistory.MOST_ACTIVE; day++) {
                history.request(ofDay(day));
            }

            assertThat(history.request(Requests.of(user))).isEqualTo(new ExportHistory.Requested(first, user, false));
        }

        @Test
        void countsWhatIsUnderWayAndOfThisUserAlone() {
            askForTheMost();
            assertThat(history.request(Requests.of(world.addUser())).added()).isTrue();

            Export.Processing export = claimed();
            assertThatExceptionOfType(TooManyExportsException.class).isThrownBy(this::one);
            history.complete(export, Exports.anyFileOf(export), RETENTION);
            assertThat(one().added()).isTrue();
            assertThatExceptionOfType(TooManyExportsException.class)
                    .isThrownBy(() -> history.request(Requests.of(user, LearningTypes.QA)));
        }

        @Test
        void addsNoMoreThanTheMostHoweverManyAskAtOnce() throws Exception {
            AtomicInteger days = new AtomicInteger();

            together(6, () -> {
                for (int round = 0; round < 12; round++) {
                    try {
                        history.request(ofDay(days.incrementAndGet()));
                    } catch (TooManyExportsException refused) {
                        assertThat(refused).hasMessageContaining(user.toString());
                    }
                }
                return true;
            });

            assertThat(world.catalog().newest(user, null, 100)).hasSize(ExportHistory.MOST_ACTIVE);
        }

        private ExportHistory.Requested one() {
            return history.request(Requests.of(user));
        }

        @Test
        void refusesAnUnknownUser() {
            UserId nobody = Requests.anyUser();

            assertThatExceptionOfType(UnknownUserException.class)
                    .isThrownBy(() -> history.request(Requests.of(nobody)))
                    .withMessage("no user has the id " + nobody);
            assertThat(world.catalog().newest(null, null, 10)).isEmpty();
        }
    }

    @Nested
    class RequestForAllUsers {

        @Test
        void addsOneForEveryUser() {
            UserId other = world.addUser();

            List<UUID> ids = history.requestForAllUsers(LearningTypes.ALL, ExportFormat.JSON, ExportFilters.NONE);

            assertThat(ids)
                    .hasSize(2)
                    .allSatisfy(id -> assertThat(entry(id).type()).isEqualTo("all"));
            assertThat(ids).extracting(id -> entry(id).user()).containsExactlyInAnyOrder(user, other);
        }

        @Test
        void skipsThoseWhoseEqualRequestIsUnderWay() {
            UserId other = world.addUser();
            requested();

            List<UUID> ids = history.requestForAllUsers(LearningTypes.VOCABULARY, ExportFormat.CSV, ExportFilters.NONE);

            assertThat(ids)
                    .hasSize(1)
                    .allSatisfy(id -> assertThat(entry(id).user()).isEqualTo(other));
        }

        @Test
        void skipsThoseWhoHaveTheMostUnderWay() {
            UserId other = world.addUser();
            askForTheMost();

            List<UUID> ids = history.requestForAllUsers(LearningTypes.ALL, ExportFormat.CSV, ExportFilters.NONE);

            assertThat(ids)
                    .hasSize(1)
                    .allSatisfy(id -> assertThat(entry(id).user()).isEqualTo(other));
        }

        @Test
        void storesTheFilters() {
            ExportFilters filters = ExportFilters.of(Map.of("phase", "review"));

            history.requestForAllUsers(LearningTypes.VOCABULARY, ExportFormat.CSV, filters);

            assertThat(claimed().request())
                    .isEqualTo(new ExportRequest(user, LearningTypes.VOCABULARY, ExportFormat.CSV, filters));
        }

        @Test
        void refusesAnInvalidRequest() {
            ExportFilters filters = ExportFilters.of(Map.of("phase", "review"));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> history.requestForAllUsers(LearningTypes.PROFILE, ExportFormat.CSV, filters))
                    .withMessage("the filter 'phase' does not apply to the type 'profile', which has no phase");
            assertThat(world.catalog().newest(null, null, 10)).isEmpty();
        }
    }

    @Nested
    class RequestAgain {

        private static final ExportHistory.RequestedAgain NOTHING =
                new ExportHistory.RequestedAgain(List.of(), List.of(), List.of());

        private UUID failed() {
            UUID id = requested();
            history.fail(claimed(), Exports.accessDenied());
            world.letPass(Duration.ofSeconds(1));
            return id;
        }

        @Test
        void addsWhatTheFailedOneAskedForAndLeavesThatAsItIs() {
            ExportRequest request = Requests.of(user, Map.of("from", "2026-01-01", "phase", "review"));
            UUID failed = history.request(request).id();
            history.fail(claimed(), Exports.accessDenied());
            ExportCatalog.Entry before = entry(failed);

            ExportHistory.Requested again = history.requestAgain(failed).orElseThrow();

            assertThat(again.added()).isTrue();
            assertThat(entry(failed)).isEqualTo(before);
            Export.Processing next = claimed();
            assertThat(next.id()).isEqualTo(again.id()).isNotEqualTo(failed);
            assertThat(next.request()).isEqualTo(request);
            assertThat(next.attempt()).isEqualTo(1);
        }

        @Test
        void returnsAnEqualRequestUnderWay() {
            UUID failed = failed();
            UUID underWay = requested();

            assertThat(history.requestAgain(failed)).contains(new ExportHistory.Requested(underWay, user, false));
        }

        @Test
        void repeatsOnlyFailedExports() {
            UUID pending = requested();

            assertThat(history.requestAgain(pending)).isEmpty();
            assertThat(history.requestAgain(UUID.randomUUID())).isEmpty();
        }

        @Test
        void addsAllThatFailedWithThatCode() {
            UUID failed = failed();
            user = world.addUser();
            requested();
            history.fail(claimed(), new Failure(Failure.Code.INTERNAL, "a defect"));

            List<UUID> added = history.requestAgain(Failure.Code.ACCESS_DENIED).added();

            assertThat(added).hasSize(1).doesNotContain(failed);
            assertThat(entry(added.get(0)).user()).isEqualTo(entry(failed).user());
            assertThat(entry(added.get(0)).status()).isEqualTo("pending");
        }

        @Test
        void addsNothingThatWasAskedForSince() {
            failed();
            requested();
            Export.Processing first = claimed();
            history.complete(first, Exports.anyFileOf(first), RETENTION);

            assertThat(history.requestAgain(Failure.Code.ACCESS_DENIED)).isEqualTo(NOTHING);
        }

        @Test
        void namesThoseOfAUserWhoHasTheMostUnderWay() {
            UUID failed = failed();
            for (int day = 0; day < ExportHistory.MOST_ACTIVE; day++) {
                history.request(ofDay(day));
            }

            assertThat(history.requestAgain(Failure.Code.ACCESS_DENIED))
                    .isEqualTo(new ExportHistory.RequestedAgain(List.of(), List.of(failed), List.of()));
        }

        @Test
        void addsOneForARequestThatFailedTwice() {
            failed();
            failed();

            assertThat(history.requestAgain(Failure.Code.ACCESS_DENIED).added()).hasSize(1);
            assertThat(history.requestAgain(Failure.Code.ACCESS_DENIED)).isEqualTo(NOTHING);
        }
    }
}
