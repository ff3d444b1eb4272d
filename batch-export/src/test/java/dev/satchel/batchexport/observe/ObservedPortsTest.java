package dev.satchel.batchexport.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.delivery.Delivery;
import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Verdict;
import dev.satchel.progress.Drift;
import dev.satchel.progress.ProgressUpkeep;
import dev.satchel.record.LearningDatasets;
import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ports with meters and observations around them, on ports in memory. */
class ObservedPortsTest {

    private static final Duration LEASE = Duration.ofMinutes(2);

    private final InMemoryExportHistory memory = new InMemoryExportHistory();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final ObservationRegistry observations = ObservationRegistry.create();
    private final List<String> observed = new ArrayList<>();
    private final ExportHistory history;

    ObservedPortsTest() {
        observations.observationConfig().observationHandler(new Recorder());
        this.history = new ObservedExportHistory(memory, meters, observations);
    }

    /** Writes down each observation that ended, with its tags and the one above it. */
    private final class Recorder implements ObservationHandler<Observation.Context> {

        @Override
        public void onStop(Observation.Context context) {
            String tags = context.getLowCardinalityKeyValues().stream()
                    .map(KeyValue::getValue)
                    .sorted()
                    .collect(Collectors.joining(" "));
            String above = context.getParentObservation() == null
                    ? ""
                    : " below "
                            + context.getParentObservation().getContextView().getName();
            observed.add((context.getName() + " " + tags).strip() + above);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    private double counter(String name, String... tags) {
        return meters.get(name).tags(tags).counter().count();
    }

    private Export.Processing claimed() {
        history.request(Requests.of(memory.addUser()));
        return history.claim("worker", LEASE).orElseThrow();
    }

    @Test
    void aClaimIsObservedUnlessItFindsNothing() {
        claimed();
        assertThat(history.claim("worker", LEASE)).isEmpty();

        assertThat(observed).containsExactly("satchel.claim claimed");
    }

    /** Throws at a step of each observation. */
    private record Broken(String step) implements ObservationHandler<Observation.Context> {

        private void fail(String at) {
            if (step.equals(at)) {
                throw new IllegalStateException("broken at " + at);
            }
        }

        @Override
        public void onStart(Observation.Context context) {
            fail("start");
        }

        @Override
        public void onScopeOpened(Observation.Context context) {
            fail("open");
        }

        @Override
        public void onScopeClosed(Observation.Context context) {
            fail("close");
        }

        @Override
        public void onStop(Observation.Context context) {
            fail("stop");
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "open", "close", "stop"})
    void aHandlerThatThrowsLosesNoClaimNoDeliveryAndNoPart(String step) {
        ObservationRegistry broken = ObservationRegistry.create();
        broken.observationConfig().observationHandler(new Broken(step));
        ExportHistory observedHistory = new ObservedExportHistory(memory, meters, broken);
        observedHistory.request(Requests.of(memory.addUser()));

        Export.Processing export = observedHistory.claim("worker", LEASE).orElseThrow();
        Delivery delivery = new ExportObservations(broken).observe(export, () -> {
            new ObservedDatasets(broken).begins(LearningDatasets.PROFILE).ended();
            assertThat(new UploadMeters(meters, broken).begins().send(() -> "answer"))
                    .isEqualTo("answer");
            return new Delivery.LeaseLost(export.id());
        });

        assertThat(delivery).isEqualTo(new Delivery.LeaseLost(export.id()));
        assertThat(new ObservedProviderCheck((provider, key) -> new Verdict.Valid(), meters, broken)
                        .check(Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "anna"))))
                .isEqualTo(new Verdict.Valid());
        assertThat(broken.getCurrentObservation())
                .as("what this thread observes next is below nothing")
                .isNull();
    }

    @Test
    void theDurationOfAnExportIsMeasuredByTheClockOfTheDatabase() {
        Export.Processing export = claimed();
        memory.letPass(Duration.ofSeconds(42));
        history.complete(export, Exports.anyFileOf(export), Duration.ofDays(7));

        Timer duration = meters.get("satchel.export.duration").timer();
        assertThat(duration.count()).isEqualTo(1);
        assertThat(duration.totalTime(TimeUnit.SECONDS)).isEqualTo(42);
    }

    @Test
    void leasesOfSilentWorkersAreCountedWhenTheyAreTaken() {
        claimed();
        claimed();
        memory.letPass(LEASE.plusSeconds(1));

        history.reclaimExpired(5);
        history.reclaimExpired(5);

        assertThat(counter("satchel.leases.rescued")).isEqualTo(2);
    }

    @Test
    void eachOutcomeIsCountedUnderItsFormat() {
        ExportMeters listener = new ExportMeters(meters);
        Export.Processing export = claimed();
        Failure failure = Exports.storeUnavailable();
        Export.Pending waiting =
                new Export.Pending(export.id(), export.request(), export.requestedAt(), export.attempt());
        List<Delivery> deliveries = List.of(
                new Delivery.Delivered(history.complete(export, Exports.anyFileOf(export), Duration.ofDays(7))),
                new Delivery.Retried(waiting, failure, Duration.ZERO, new IllegalStateException()),
                new Delivery.Postponed(waiting, failure, Duration.ZERO, false, new IllegalStateException()),
                new Delivery.Failed(
                        new Export.Failed(export.id(), export.request(), failure, 1), new IllegalStateException()),
                new Delivery.Released(waiting),
                new Delivery.LeaseLost(export.id()),
                new Delivery.Cancelled(export),
                new Delivery.Unconfirmed(export.id(), new IllegalStateException()),
                new Delivery.Abandoned(export.id()),
                new Delivery.Refused(export.id(), failure));

        deliveries.forEach(delivery -> delivery.tell(listener));

        for (String outcome : List.of("delivered", "retried", "postponed", "failed", "released", "cancelled")) {
            assertThat(counter("satchel.exports", "outcome", outcome, "format", "csv"))
                    .as(outcome)
                    .isEqualTo(1);
        }
        for (String outcome : List.of("lease_lost", "unconfirmed", "abandoned", "refused")) {
            assertThat(counter("satchel.exports", "outcome", outcome, "format", "unknown"))
                    .as(outcome)
                    .isEqualTo(1);
        }
        assertThat(counter("satchel.export.bytes"))
                .isEqualTo(Exports.anyFileOf(export).bytes());
        assertThat(counter("satchel.export.rows"))
                .isEqualTo(Exports.anyFileOf(export).recordCount());
        assertThat(counter("satchel.stale.writes.refused")).isEqualTo(1);
        assertThat(deliveries.stream().map(Outcome::of)).containsExactly(Outcome.values());
    }

    @Test
    void whatAnExportReadsAndSendsIsObservedBelowIt() {
        Export.Processing export = claimed();
        observed.clear();
        ObservedDatasets datasets = new ObservedDatasets(observations);
        UploadMeters uploads = new UploadMeters(meters, observations);

        new ExportObservations(observations).observe(export, () -> {
            datasets.begins(LearningDatasets.PROFILE).ended();
            assertThat(uploads.begins().send(() -> "answer")).isEqualTo("answer");
            return new Delivery.LeaseLost(export.id());
        });

        assertThat(observed)
                .containsExactly(
                        "satchel.dataset below satchel.export",
                        "satchel.upload.part sent below satchel.export",
                        "satchel.export csv lease_lost");
        assertThat(meters.get("satchel.upload.part.duration").timer().count()).isEqualTo(1);
    }

    @Test
    void aPartThatFailsIsObservedAndMeasured() {
        UploadMeters uploads = new UploadMeters(meters, observations);

        assertThatThrownBy(() -> uploads.begins().send(() -> {
                    throw new IllegalStateException("refused");
                }))
                .hasMessage("refused");

        assertThat(observed).containsExactly("satchel.upload.part failed");
        // An outage is slow, too.
        assertThat(meters.get("satchel.upload.part.duration").timer().count()).isEqualTo(1);
    }

    @Test
    void answersOfProvidersAreCountedByVerdict() {
        ObservedProviderCheck check = new ObservedProviderCheck(
                (provider, key) -> provider == Provider.OPENAI
                        ? new Verdict.Valid()
                        : new Verdict.Unknown("the provider could not be reached", Duration.ZERO),
                meters,
                observations);

        check.check(Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "anna")));
        check.check(Provider.UNSPLASH, ApiKeys.of(ApiKeys.text(Provider.UNSPLASH, "anna")));

        assertThat(counter("satchel.key.checks", "provider", "openai", "verdict", "valid"))
                .isEqualTo(1);
        assertThat(counter("satchel.key.checks", "provider", "unsplash", "verdict", "unknown"))
                .isEqualTo(1);
        assertThat(counter("satchel.key.checks", "provider", "anthropic", "verdict", "invalid"))
                .isZero();
        assertThat(observed).containsExactly("satchel.key.check openai valid", "satchel.key.check unknown unsplash");
    }

    @Test
    void usersWithDriftAreUnknownBeforeTheFirstComparisonAndCountedOnceEach() {
        var one = Requests.anyUser();
        var other = Requests.anyUser();
        ProgressUpkeep upkeep = new ObservedProgressUpkeep(
                new Drifting(List.of(drift(one, "minutes"), drift(one, "words"), drift(other, "minutes"))), meters);
        assertThat(meters.find("satchel.progress.drift.users").gauge()).isNull();

        upkeep.reconcile(false, drift -> {});

        assertThat(meters.get("satchel.progress.drift.users").gauge().value()).isEqualTo(2);
    }

    private static Drift drift(dev.satchel.UserId user, String what) {
        return new Drift(user, what, "1", "2");
    }

    private record Drifting(List<Drift> found) implements ProgressUpkeep {

        @Override
        public long endBrokenStreaks() {
            return 0;
        }

        @Override
        public long forgetDeparted() {
            return 0;
        }

        @Override
        public Reconciliation reconcile(boolean repair, Consumer<Drift> drifts) {
            found.forEach(drifts);
            return new Reconciliation(2, found.size(), 0);
        }
    }

    @Test
    void aJobHasNoTimeBeforeItSucceeded() {
        JobMeters jobs = new JobMeters(meters, () -> 1_800_000_000_000L);
        assertThat(meters.find("satchel.job.last.success.timestamp").gauges()).isEmpty();

        jobs.succeeded(SatchelJob.CLEANUP);
        jobs.succeeded(SatchelJob.CLEANUP);

        assertThat(meters.get("satchel.job.last.success.timestamp")
                        .tag("satchel.job", "cleanup")
                        .gauge()
                        .value())
                .isEqualTo(1_800_000_000);
    }

    @Test
    void noTagOfAMeterIsAnId() {
        ExportMeters listener = new ExportMeters(meters);
        Export.Processing export = claimed();
        listener.leaseLost(new Delivery.LeaseLost(export.id()));
        UUID user = export.request().user().value();

        assertThat(meters.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().toString())
                        .doesNotContain(user.toString(), export.id().toString()));
    }
}
