package dev.satchel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.export.InMemoryExportHistory;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GoneStoresTest {

    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final InMemoryKnownStores stores = history.stores();
    private final InMemoryFileStore store = new InMemoryFileStore();
    private final StoreCheck check = new StoreCheck(store, stores, history, new InMemoryProbeRecords(history));

    private GoneStores gone(Optional<StoreCheck> configured) {
        return new GoneStores(stores, configured);
    }

    private String id() {
        return stores.find(store.root()).orElseThrow().id().toString();
    }

    @Test
    void forgetsAStoreByItsRootOrId() throws IOException {
        check.check();

        gone(Optional.empty()).forget(id(), true);

        assertThat(stores.all()).isEmpty();
        check.check();
        gone(Optional.empty()).forget(store.root().toString().replaceFirst("/$", ""), true);
        assertThat(stores.all()).isEmpty();
    }

    @Test
    void keepsAStoreWhoseFilesMayBeThere() throws IOException {
        check.check();

        assertThatExceptionOfType(StoreNotForgottenException.class)
                .isThrownBy(() -> gone(Optional.empty()).forget(id(), false))
                .withMessage("the database has 0 files on record in the store " + store.root()
                        + ", and nothing would remove them any more: add --files-are-gone if they are gone");

        assertThat(stores.all()).hasSize(1);
    }

    @Test
    void keepsTheConfiguredStoreWhileItIsThere() throws IOException {
        check.check();

        assertThatExceptionOfType(StoreNotForgottenException.class)
                .isThrownBy(() -> gone(Optional.of(check)).forget(id(), true))
                .withMessageStartingWith("the store " + store.root() + " is there and has its mark");

        assertThat(stores.all()).hasSize(1);
    }

    @Test
    void forgetsTheConfiguredStoreThatIsAnotherOneNow() throws IOException {
        check.check();
        store.exchange();

        gone(Optional.of(check)).forget(id(), true);

        assertThat(stores.all()).isEmpty();
    }

    @Test
    void asksForTheIdWhereTwoStoresHaveOneRoot() {
        stores.replace(stores.add(store.root(), "before"), "after");

        assertThatExceptionOfType(StoreNotForgottenException.class)
                .isThrownBy(() -> gone(Optional.empty()).forget(store.root().toString(), true))
                .withMessage("the database knows 2 stores '" + store.root()
                        + "', one after the other: give the id of one, as 'satchel store list' prints it");
    }

    @Test
    void refusesAStoreThatIsNotKnown() {
        assertThatExceptionOfType(StoreNotForgottenException.class)
                .isThrownBy(() -> gone(Optional.empty()).forget("s3://elsewhere", true))
                .withMessage("the database knows no store 's3://elsewhere': 'satchel store list' prints those that it"
                        + " knows");
    }
}
