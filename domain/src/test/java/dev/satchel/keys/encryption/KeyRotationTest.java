package dev.satchel.keys.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.InMemoryKeyVault;
import dev.satchel.keys.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KeyRotationTest {

    private final InMemoryKeyVault vault = new InMemoryKeyVault();
    private final ManagedKeyEncryptionKeys keys = vault.keyEncryptionKeys();
    private final Told told = new Told();

    private KeyRotation rotation(KeyRotation.Pause pause) {
        return new KeyRotation(vault, keys, pause);
    }

    private KeyRotation rotation() {
        return rotation(time -> {
            throw new AssertionError("nothing is locked, and yet the rotation waits");
        });
    }

    private void seal(int count) {
        for (int i = 0; i < count; i++) {
            vault.set(vault.addUser(), Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "key")));
        }
    }

    @Test
    void addsAKeyAndRewrapsEveryDataKey() throws InterruptedException {
        seal(3);

        KeyRotation.Outcome outcome = rotation().rotate(true, false, told);

        assertThat(told.events).containsExactly("added memory:2", "re-wrapped 3");
        assertThat(outcome.counts()).isEqualTo(Map.of("memory:2", 3L));
        assertThat(outcome.primary()).isEqualTo("memory:2");
        assertThat(outcome.isComplete()).isTrue();
        assertThat(keys.ids()).containsExactly("memory:1", "memory:2");
    }

    @Test
    void finishesAStoppedRotationWithoutAnotherKey() throws InterruptedException {
        seal(2);
        keys.addPrimary();

        rotation().rotate(true, false, told);

        assertThat(told.events).containsExactly("finishing", "re-wrapped 2");
        assertThat(keys.ids()).containsExactly("memory:1", "memory:2");
    }

    @Test
    void resumesWithoutAddingAKey() throws InterruptedException {
        seal(1);

        rotation().rotate(false, false, told);

        assertThat(told.events).containsExactly("re-wrapped 0");
        assertThat(keys.ids()).containsExactly("memory:1");
    }

    @Test
    void addsNoKeyToThoseThatAreKeptElsewhere() throws InterruptedException {
        seal(1);
        KeyEncryptionKeys elsewhere = new Unmanaged(keys);

        KeyRotation.Outcome outcome = new KeyRotation(vault, elsewhere, time -> {}).rotate(true, false, told);

        assertThat(told.events).containsExactly("re-wrapped 0");
        assertThat(outcome.isComplete()).isTrue();
    }

    @Test
    void waitsForWhatOthersHaveLocked() throws InterruptedException {
        seal(1);
        vault.lockDataKeys(true);

        KeyRotation.Outcome outcome =
                rotation(time -> vault.lockDataKeys(false)).rotate(true, false, told);

        assertThat(told.events).containsExactly("added memory:2", "waiting for 1", "re-wrapped 1");
        assertThat(outcome.isComplete()).isTrue();
    }

    @Test
    void saysWhatStaysLocked() throws InterruptedException {
        seal(2);
        vault.lockDataKeys(true);

        KeyRotation.Outcome outcome = rotation(time -> {}).rotate(true, false, told);

        assertThat(told.events).containsExactly("added memory:2", "waiting for 2", "re-wrapped 0");
        assertThat(outcome.locked()).isEqualTo(2);
        assertThat(outcome.isComplete()).isFalse();
    }

    @Test
    void namesWhatCannotBeOpenedAndRewrapsTheRest() throws InterruptedException {
        seal(1);
        keys.addPrimary();
        seal(1);
        keys.retire("memory:1");

        KeyRotation.Outcome outcome = rotation().rotate(true, false, told);

        assertThat(told.events).containsExactly("added memory:3", "re-wrapped 1");
        assertThat(outcome.unopenable()).isEqualTo(Map.of("memory:1", 1L));
        assertThat(outcome.isComplete()).isFalse();
    }

    @Test
    void retiresWhatWrapsNothingAnyMore() throws InterruptedException {
        seal(1);

        KeyRotation.Outcome outcome = rotation().rotate(true, true, told);

        assertThat(told.events).containsExactly("added memory:2", "re-wrapped 1", "retired memory:1");
        assertThat(outcome.retired()).isTrue();
        assertThat(keys.ids()).containsExactly("memory:2");
    }

    @Test
    void retiresNothingWhereDataKeysAreUnderAKeyThatWasNotGiven() throws InterruptedException {
        seal(1);
        keys.addPrimary();
        seal(1);
        keys.retire("memory:1");

        KeyRotation.Outcome outcome = rotation().rotate(true, true, told);

        assertThat(told.events).containsExactly("added memory:3", "re-wrapped 1", "retired none for [memory:1]");
        assertThat(outcome.retired()).isFalse();
        assertThat(keys.ids()).containsExactly("memory:2", "memory:3");
    }

    @Test
    void refusesToRetireWhereNoDataKeyShowsWhoseTheKeysAre() {
        assertThatExceptionOfType(NoDataKeysException.class)
                .isThrownBy(() -> rotation().rotate(true, true, told));

        assertThat(told.events).isEmpty();
        assertThat(keys.ids()).containsExactly("memory:1");
    }

    @Test
    void refusesTheKeysOfAnotherVault() {
        seal(1);
        vault.replaceKeyEncryptionKeys();

        assertThatExceptionOfType(OtherKeyEncryptionKeysException.class)
                .isThrownBy(() -> rotation().rotate(true, false, told));

        assertThat(told.events).isEmpty();
    }

    @Test
    void countsThePrimaryThatWrapsNothingYet() {
        seal(1);
        keys.addPrimary();

        assertThat(rotation().counts()).isEqualTo(Map.of("memory:1", 1L, "memory:2", 0L));
    }

    /** The same keys, of which only their keeper adds and retires some. */
    private record Unmanaged(KeyEncryptionKeys kept) implements KeyEncryptionKeys {

        @Override
        public String primaryId() {
            return kept.primaryId();
        }

        @Override
        public boolean holds(String id) {
            return kept.holds(id);
        }

        @Override
        public WrappedKey wrap(byte[] dataKey, UserId user, UUID dataKeyId) {
            return kept.wrap(dataKey, user, dataKeyId);
        }

        @Override
        public byte[] unwrap(WrappedKey wrapped, UserId user, UUID dataKeyId) {
            return kept.unwrap(wrapped, user, dataKeyId);
        }
    }

    /** What the rotation said, in its order. */
    private static final class Told implements KeyRotation.Listener {

        private final List<String> events = new ArrayList<>();

        @Override
        public void added(String id) {
            events.add("added " + id);
        }

        @Override
        public void finishing() {
            events.add("finishing");
        }

        @Override
        public void waiting(long locked) {
            events.add("waiting for " + locked);
        }

        @Override
        public void rewrapped(long count) {
            events.add("re-wrapped " + count);
        }

        @Override
        public void retired(String id) {
            events.add("retired " + id);
        }

        @Override
        public void notRetired(List<String> missing) {
            events.add("retired none for " + missing);
        }
    }
}
