package dev.satchel.postgres.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.keys.encryption.WrappedKey;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DataKeyCacheTest {

    private static final WrappedKey WRAPPED = new WrappedKey("file:1", new byte[60]);

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);
    private final DataKeyCache cache = new DataKeyCache(3, Duration.ofMinutes(5), nanoTime::get);

    private DataKey added(long id) {
        DataKey key = DataKey.from(new UUID(0, id), new byte[DataKey.LENGTH]);
        cache.add(WRAPPED, key);
        return key;
    }

    private void letPass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }

    @Test
    void findsWhatWasAdded() {
        DataKey key = added(1);

        assertThat(cache.find(key.id(), WRAPPED)).containsSame(key);
        assertThat(cache.find(new UUID(0, 2), WRAPPED)).isEmpty();
    }

    @Test
    void holdsNothingLongerThanItsTimeHoweverOftenItIsUsed() {
        DataKey key = added(1);
        for (int minute = 1; minute < 5; minute++) {
            letPass(Duration.ofMinutes(1));
            assertThat(cache.find(key.id(), WRAPPED)).isPresent();
        }

        letPass(Duration.ofMinutes(1));

        assertThat(cache.find(key.id(), WRAPPED)).isEmpty();
        assertThat(cache.size()).isZero();
    }

    @Test
    void dropsWhatIsOldWhicheverKeyIsAskedFor() {
        added(1);
        letPass(Duration.ofMinutes(5));

        assertThat(cache.find(new UUID(0, 2), WRAPPED)).isEmpty();

        assertThat(cache.size()).isZero();
    }

    @Test
    void addingAgainRestartsTheLifetime() {
        added(1);
        letPass(Duration.ofMinutes(4));
        DataKey again = added(1);
        letPass(Duration.ofMinutes(4));

        assertThat(cache.find(again.id(), WRAPPED)).containsSame(again);
    }

    @Test
    void isBounded() {
        DataKey oldest = added(1);
        added(2);
        added(3);
        DataKey newest = added(4);

        assertThat(cache.size()).isEqualTo(3);
        assertThat(cache.find(oldest.id(), WRAPPED)).isEmpty();
        assertThat(cache.find(newest.id(), WRAPPED)).isPresent();
    }

    @Test
    void doesNotFindAReWrappedDataKey() {
        DataKey key = added(1);
        byte[] other = new byte[60];
        other[59] = 1;

        assertThat(cache.find(key.id(), new WrappedKey("file:1", other))).isEmpty();
        assertThat(cache.find(key.id(), WRAPPED)).isEmpty();
        added(1);
        assertThat(cache.find(key.id(), new WrappedKey("file:2", new byte[60]))).isEmpty();
    }

    @Test
    void forgetsOneOrAll() {
        DataKey one = added(1);
        DataKey two = added(2);
        cache.remove(one.id());
        assertThat(cache.find(one.id(), WRAPPED)).isEmpty();
        assertThat(cache.find(two.id(), WRAPPED)).isPresent();

        cache.clear();

        assertThat(cache.size()).isZero();
    }
}
