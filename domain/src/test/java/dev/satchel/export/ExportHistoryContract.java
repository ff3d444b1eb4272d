package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningTypes;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every {@link ExportHistory} promises. */
public abstract class ExportHistoryContract {

    protected static final Duration LEASE = Duration.ofMinutes(2);
    protected static final Duration RETENTION = Duration.ofDays(7);
    private static final int ATTEMPTS = 5;

    private HistoryUnderTest world;
    private ExportHistory history;
    private UserId user;

    /** An empty history, without exports and users. */
    protected abstract HistoryUnderTest emptyHistory();

    @BeforeEach
    void begin() {
        world = emptyHistory();
        history = world.history();
        user = world.addUser();
    }

    private ExportCatalog.Entry entry(UUID id) {
        return world.catalog().find(id).orElseThrow();
    }

    private UUID requested() {
        return history.request(Requests.of(user)).id();
    }

    private Export.Processing claimed() {
        return history.claim("worker", LEASE).orElseThrow();
    }

    private ExportRequest ofDay(int day) {
        return Requests.of(
                user, Map.of("from", LocalDate.of(2026, 1, 1).plusDays(day).toString()));
    }

    private void askForTheMost() {
        for (int day = 0; day < ExportHistory.MOST_ACTIVE; day++) {
            history.request(ofDay(day));
        }
    }

    private void letTheLeaseEnd() {
        world.letPass(LEASE.plusSeconds(1));
    }

    /** Runs the action in that many threads at the same moment. */
    protected static <T> List<T> together(int threads, Callable<T> action) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            Callable<T> atOnce = () -> {
                start.await();
                return action.call();
            };
            List<T> results = new ArrayList<>();
            for (Future<T> result : executor.invokeAll(Collections.nCopies(threads, atOnce))) {
                results.add(result.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }

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
                    .contains("\"from\": \"2026-01-01\"", "\"zone\": \"UTC\"", "\"difficulty\": \"beginner\"");
        }

        @Test
        void answersWithTheOneThatIsPending() {
            UUID first = requested();

            ExportHistory.Requested again = history.request(Requests.of(user));

            assertThat(again).isEqualTo(new ExportHistory.Requested(first, user, false));
        }

        @Test
        void answersWithTheOneThatIsProcessing() {
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
                    .withMessage("user " + user + " has 50 exports under way, which is the most allowed: wait until one"
                            + " is delivered, or delete one that is pending, and ask again");
            assertThat(world.catalog().newest(user, null, 100)).hasSize(ExportHistory.MOST_ACTIVE);
        }

        @Test
        void answersWithTheOneUnderWayAlsoWhereNoMoreMayBeAdded() {
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
        void refusesWhatNobodyCouldAskFor() {
            ExportFilters filters = ExportFilters.of(Map.of("phase", "review"));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> history.requestForAllUsers(LearningTypes.PROFILE, ExportFormat.CSV, filters))
                    .withMessage("the filter 'phase' does not apply to the type 'profile', which has no phase");
            assertThat(world.catalog().newest(null, null, 10)).isEmpty();
        }
    }

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
        void servesAUserWhoComesLaterBeforeTheNextOfOneWhoIsBeingServed() {
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
        void letsNobodyGoFirstForEverByAskingAgain() {
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
        void tellsSilentWorkersFromThoseThatWereHeardOf() {
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

    /** The six steps a worker may take with what it holds. */
    enum Step {
        HEARTBEAT {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.heartbeat(export, LEASE);
            }
        },
        COMPLETE {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.complete(export, Exports.anyFileOf(export), RETENTION);
            }
        },
        RETRY {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.retry(export, Exports.storeUnavailable(), Duration.ZERO);
            }
        },
        POSTPONE {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.postpone(export, Exports.accessDenied(), Duration.ZERO);
            }
        },
        RELEASE {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.release(export);
            }
        },
        FAIL {
            @Override
            void take(ExportHistory history, Export.Processing export) {
                history.fail(export, Exports.accessDenied());
            }
        };

        abstract void take(ExportHistory history, Export.Processing export);
    }

    @Nested
    class Fence {

        private void assertRefused(Step step, Export.Processing export) {
            Optional<ExportCatalog.Entry> before = world.catalog().find(export.id());

            assertThatExceptionOfType(StaleExportException.class)
                    .isThrownBy(() -> step.take(history, export))
                    .withMessage("export " + export.id() + " is no longer held by this worker");

            assertThat(world.catalog().find(export.id())).isEqualTo(before);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseExportWasRescued(Step step) {
            requested();
            Export.Processing lost = claimed();
            letTheLeaseEnd();
            history.reclaimExpired(ATTEMPTS);

            assertRefused(step, lost);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseExportAnotherHolds(Step step) {
            requested();
            Export.Processing lost = claimed();
            letTheLeaseEnd();
            history.reclaimExpired(ATTEMPTS);
            Export.Processing held = claimed();

            assertRefused(step, lost);

            assertThat(held.token()).isNotEqualTo(lost.token());
            Export.Completed completed = history.complete(held, Exports.anyFileOf(held), RETENTION);
            assertThat(entry(completed.id()).status()).isEqualTo("completed");
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerThatGaveTheExportBack(Step step) {
            requested();
            Export.Processing released = claimed();
            history.release(released);

            assertRefused(step, released);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseExportIsCompleted(Step step) {
            requested();
            Export.Processing done = claimed();
            history.complete(done, Exports.anyFileOf(done), RETENTION);

            assertRefused(step, done);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseExportFailed(Step step) {
            requested();
            Export.Processing failed = claimed();
            history.fail(failed, Exports.accessDenied());

            assertRefused(step, failed);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseExportWasDeleted(Step step) {
            requested();
            Export.Processing deleted = claimed();
            world.deleteExport(deleted.id());

            assertRefused(step, deleted);
        }

        @ParameterizedTest
        @EnumSource
        void refusesAWorkerWhoseUserWasDeleted(Step step) {
            requested();
            Export.Processing deleted = claimed();
            world.deleteUser(user);

            assertRefused(step, deleted);
        }

        @ParameterizedTest
        @EnumSource
        void acceptsAWorkerThatIsLateButNotReplaced(Step step) {
            requested();
            Export.Processing late = claimed();
            letTheLeaseEnd();

            step.take(history, late);

            assertThat(history.reclaimExpired(ATTEMPTS)).isEmpty();
        }
    }

    @Nested
    class Complete {

        @Test
        void publishesTheFile() {
            requested();
            Export.Processing export = claimed();
            DeliveredFile file = Exports.archive(Exports.anyLocationOf(export));

            Export.Completed completed = history.complete(export, file, RETENTION);

            ExportCatalog.Entry entry = entry(export.id());
            assertThat(completed)
                    .isEqualTo(new Export.Completed(
                            export.id(), export.request(), file, entry.completedAt(), entry.expiresAt()));
            assertThat(entry.status()).isEqualTo("completed");
            assertThat(entry.location()).isEqualTo(file.location());
            assertThat(entry.records()).isEqualTo(8);
            assertThat(entry.bytes()).isEqualTo(5678);
            assertThat(entry.manifest()).contains("\"sha256\": \"" + file.sha256() + "\"");
            assertThat(entry.expiresAt()).isEqualTo(entry.completedAt().plus(RETENTION));
        }

        @Test
        void givesTheSameResultAfterALostAnswer() {
            requested();
            Export.Processing export = claimed();
            DeliveredFile file = Exports.anyFileOf(export);
            Export.Completed unheard = history.complete(export, file, RETENTION);
            world.letPass(Duration.ZERO);

            Export.Completed again = history.complete(export, file, RETENTION.plusDays(1));

            assertThat(again).isEqualTo(unheard);
            assertThat(entry(export.id()).location()).isEqualTo(file.location());
        }

        @Test
        void isRefusedAfterALostAnswerOnceTheFileExpired() {
            requested();
            Export.Processing export = claimed();
            DeliveredFile file = Exports.anyFileOf(export);
            history.complete(export, file, RETENTION);
            world.letPass(RETENTION.plusSeconds(1));
            world.journal().deleted(file.location());

            assertThatExceptionOfType(StaleExportException.class)
                    .isThrownBy(() -> history.complete(export, file, RETENTION));
        }

        @Test
        void clearsTheErrorOfEarlierAttempts() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ZERO);
            Export.Processing second = claimed();
            assertThat(entry(second.id()).error()).isNull();

            history.complete(second, Exports.anyFileOf(second), RETENTION);

            assertThat(entry(second.id()).error()).isNull();
            assertThat(entry(second.id()).retries()).isEqualTo(1);
        }
    }

    @Nested
    class Retry {

        @Test
        void putsTheExportBackAndSpendsTheAttempt() {
            UUID id = requested();
            Export.Processing export = claimed();

            Export.Pending pending = history.retry(export, Exports.storeUnavailable(), Duration.ZERO);

            assertThat(pending).isEqualTo(new Export.Pending(id, export.request(), export.requestedAt(), 1));
            assertThat(entry(id).status()).isEqualTo("pending");
            assertThat(entry(id).error()).isEqualTo("store_unavailable: the store did not answer");
            assertThat(claimed().attempt()).isEqualTo(2);
            assertThat(entry(id).retries()).isEqualTo(1);
        }

        @Test
        void waitsForTheDelay() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(1));

            assertThat(history.claim("worker", LEASE)).isEmpty();
            world.letPass(Duration.ofSeconds(50));
            assertThat(history.claim("worker", LEASE)).isEmpty();
            world.letPass(Duration.ofSeconds(10));
            assertThat(history.claim("worker", LEASE)).isPresent();
        }

        @Test
        void letsOthersPassMeanwhile() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(1));
            UUID other =
                    history.request(Requests.of(user, LearningTypes.SESSIONS)).id();

            assertThat(claimed().id()).isEqualTo(other);
        }

        @Test
        void keepsTheRequestUnderWay() {
            UUID id = requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(1));

            assertThat(history.request(Requests.of(user)).id()).isEqualTo(id);
        }
    }

    @Nested
    class Postpone {

        @Test
        void putsTheExportBackWithTheReasonAndWithoutSpendingTheAttempt() {
            UUID id = requested();
            Export.Processing export = claimed();

            Export.Pending pending = history.postpone(export, Exports.accessDenied(), Duration.ZERO);

            assertThat(pending).isEqualTo(new Export.Pending(id, export.request(), export.requestedAt(), 0));
            assertThat(entry(id).status()).isEqualTo("pending");
            assertThat(entry(id).startedAt()).isNull();
            assertThat(entry(id).error()).isEqualTo("access_denied: the store refused the worker's credentials");
            assertThat(claimed().attempt()).isEqualTo(1);
            assertThat(entry(id).retries()).isZero();
            assertThat(entry(id).error()).isNull();
        }

        @Test
        void doesNotGiveBackEarlierAttempts() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ZERO);

            Export.Pending pending = history.postpone(claimed(), Exports.accessDenied(), Duration.ZERO);

            assertThat(pending.attempts()).isEqualTo(1);
            assertThat(claimed().attempt()).isEqualTo(2);
        }

        @Test
        void waitsForTheDelay() {
            requested();
            history.postpone(claimed(), Exports.accessDenied(), Duration.ofMinutes(1));

            world.letPass(Duration.ofSeconds(50));
            assertThat(history.claim("worker", LEASE)).isEmpty();
            world.letPass(Duration.ofSeconds(10));
            assertThat(history.claim("worker", LEASE)).isPresent();
        }
    }

    @Nested
    class Resume {

        @Test
        void makesDueWhatWaitsForTheOperator() {
            UUID id = requested();
            history.postpone(claimed(), Exports.accessDenied(), Duration.ofMinutes(5));

            history.resume();

            assertThat(claimed().id()).isEqualTo(id);
        }

        @Test
        void leavesAloneWhatWaitsForTimeToPass() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofMinutes(5));

            history.resume();

            assertThat(history.claim("worker", LEASE)).isEmpty();
        }

        @Test
        void leavesAloneWhatAWorkerHolds() {
            requested();
            history.postpone(claimed(), Exports.accessDenied(), Duration.ZERO);
            Export.Processing held = claimed();

            history.resume();

            assertThat(history.claim("worker", LEASE)).isEmpty();
            history.complete(held, Exports.anyFileOf(held), RETENTION);
        }
    }

    @Nested
    class Release {

        @Test
        void putsTheExportBackAsIfItHadNeverBeenClaimed() {
            UUID id = requested();
            ExportCatalog.Entry before = entry(id);
            Export.Processing export = claimed();

            Export.Pending pending = history.release(export);

            assertThat(pending).isEqualTo(new Export.Pending(id, export.request(), export.requestedAt(), 0));
            assertThat(entry(id)).isEqualTo(before);
            assertThat(claimed().attempt()).isEqualTo(1);
        }

        @Test
        void doesNotGiveBackEarlierAttempts() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ZERO);

            Export.Pending pending = history.release(claimed());

            assertThat(pending.attempts()).isEqualTo(1);
            assertThat(claimed().attempt()).isEqualTo(2);
        }
    }

    @Nested
    class Fail {

        @Test
        void givesTheExportUp() {
            UUID id = requested();
            Export.Processing export = claimed();

            Export.Failed failed = history.fail(export, Exports.accessDenied());

            assertThat(failed).isEqualTo(new Export.Failed(id, export.request(), Exports.accessDenied(), 1));
            assertThat(entry(id).status()).isEqualTo("failed");
            assertThat(entry(id).error()).isEqualTo("access_denied: the store refused the worker's credentials");
            assertThat(history.claim("worker", LEASE)).isEmpty();
        }
    }

    @Nested
    class Reclaim {

        @Test
        void leavesALivingWorkerAlone() {
            requested();
            claimed();
            world.letPass(LEASE.minusSeconds(20));

            assertThat(history.reclaimExpired(ATTEMPTS)).isEmpty();
        }

        @Test
        void takesBackWhatAWorkerLeft() {
            UUID id = requested();
            claimed();
            letTheLeaseEnd();

            assertThat(history.reclaimExpired(ATTEMPTS)).containsExactly(new ExportHistory.Reclaimed(id, false));

            assertThat(entry(id).status()).isEqualTo("pending");
            assertThat(entry(id).error()).startsWith("worker_lost: ");
            assertThat(claimed().attempt()).isEqualTo(2);
        }

        @Test
        void sparesAWorkerThatBeats() {
            requested();
            Export.Processing export = claimed();
            world.letPass(LEASE.minusSeconds(20));
            history.heartbeat(export, LEASE);
            world.letPass(LEASE.minusSeconds(20));

            assertThat(history.reclaimExpired(ATTEMPTS)).isEmpty();
            history.complete(export, Exports.anyFileOf(export), RETENTION);
        }

        @Test
        void givesUpAfterTheLastAttempt() {
            UUID id = requested();
            claimed();
            letTheLeaseEnd();
            history.reclaimExpired(2);
            claimed();
            letTheLeaseEnd();

            assertThat(history.reclaimExpired(2)).containsExactly(new ExportHistory.Reclaimed(id, true));

            assertThat(entry(id).status()).isEqualTo("failed");
            assertThat(entry(id).error()).startsWith("worker_lost: ");
            assertThat(entry(id).retries()).isEqualTo(1);
            assertThat(history.claim("worker", LEASE)).isEmpty();
        }

        @Test
        void leavesAloneWhatNobodyHolds() {
            requested();
            history.retry(claimed(), Exports.storeUnavailable(), Duration.ofDays(1));
            letTheLeaseEnd();

            assertThat(history.reclaimExpired(ATTEMPTS)).isEmpty();
        }

        @Test
        void takesEachBackOnce() throws Exception {
            for (int count = 0; count < 20; count++) {
                history.request(Requests.of(world.addUser()));
                claimed();
            }
            letTheLeaseEnd();

            List<List<ExportHistory.Reclaimed>> reclaimed = together(4, () -> history.reclaimExpired(ATTEMPTS));

            assertThat(reclaimed.stream().flatMap(List::stream)).doesNotHaveDuplicates();
            assertThat(world.catalog().newest(null, "pending", 100)).hasSize(20);
        }
    }

    @Nested
    class RequestAgain {

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
        void answersWithTheOneThatIsUnderWay() {
            UUID failed = failed();
            UUID underWay = requested();

            assertThat(history.requestAgain(failed)).contains(new ExportHistory.Requested(underWay, user, false));
        }

        @Test
        void knowsOnlyFailedOnes() {
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

            List<UUID> added = history.requestAgain(Failure.Code.ACCESS_DENIED);

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

            assertThat(history.requestAgain(Failure.Code.ACCESS_DENIED)).isEmpty();
        }

        @Test
        void addsOneForARequestThatFailedTwice() {
            failed();
            failed();

            assertThat(history.requestAgain(Failure.Code.ACCESS_DENIED)).hasSize(1);
            assertThat(history.requestAgain(Failure.Code.ACCESS_DENIED)).isEmpty();
        }
    }
}
