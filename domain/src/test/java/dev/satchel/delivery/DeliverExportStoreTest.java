package dev.satchel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.Export;
import dev.satchel.store.StoreMismatchException;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What delivery does where the store is another one or does not answer. */
class DeliverExportStoreTest extends DeliveryFixture {

    @Nested
    class AnotherStore {

        @Test
        void isGivenNothing() throws IOException {
            check.check();
            marked.exchange();
            Export.Processing export = claimed();

            Delivery delivery = deliver(export);

            assertThat(delivery)
                    .isInstanceOfSatisfying(
                            Delivery.Postponed.class,
                            postponed -> assertThat(postponed.cause()).isInstanceOf(StoreMismatchException.class));
            assertThat(store.names).isEmpty();
            assertNothingIsLeft();
        }
    }

    @Nested
    class RequestWithoutAnswer {

        @BeforeEach
        void loseIt() {
            store.settled = false;
        }

        @ParameterizedTest
        @CsvSource({"WRITE", "COMMIT", "CLOSE"})
        void leavesTheEntryToCleanUpAfterAFailure(Fault fault) {
            store.fault = fault;
            store.message = "down";

            deliver(claimed());

            assertThat(store.objects).isEmpty();
            assertThat(history.remembered()).hasSize(1);
        }

        @Test
        void leavesTheEntryToCleanUpAfterTheLeaseWasLost() {
            store.onCommit = DeliverExportStoreTest.this::takeTheLeaseAway;

            deliver(claimed());

            assertThat(store.objects).isEmpty();
            assertThat(history.remembered()).hasSize(1);
        }

        @Test
        void isOnRecordWithThePublishedFile() {
            Export.Processing export = claimed();

            assertThat(deliver(export)).isInstanceOf(Delivery.Delivered.class);

            URI location = entry(export).location();
            history.deleteExport(export.id());
            assertThat(history.isSettled(location, store.requestLifetime())).isFalse();
            history.letPass(store.requestLifetime());
            assertThat(history.isSettled(location, store.requestLifetime())).isTrue();
        }
    }
}
