package dev.satchel.record;

import dev.satchel.UserId;
import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Phase;
import java.time.Instant;
import java.util.UUID;

class InMemoryUserRecordsTest extends UserRecordsContract {

    private static final Column ID = new Column("id", Column.Type.UUID);
    private static final Column NAME = new Column("full_name", Column.Type.TEXT);
    private static final Column STARTED_AT = new Column("started_at", Column.Type.INSTANT);

    private final InMemoryUserRecords records = new InMemoryUserRecords();

    InMemoryUserRecordsTest() {
        for (Dataset dataset : LearningDatasets.ALL) {
            records.create(dataset, ID);
        }
        records.create(LearningDatasets.PROFILE, ID, NAME)
                .create(LearningDatasets.SESSIONS, ID, STARTED_AT)
                .create(
                        LearningDatasets.VOCABULARY,
                        new Column("spanish_text", Column.Type.TEXT),
                        new Column("difficulty_level", Column.Type.TEXT),
                        new Column("learning_phase", Column.Type.TEXT),
                        new Column("first_learned", Column.Type.INSTANT));
    }

    @Override
    protected UserRecords records() {
        return records;
    }

    @Override
    protected UserId addUser() {
        UserId user = new UserId(UUID.randomUUID());
        records.add(user, LearningDatasets.PROFILE, user.value(), "Ana");
        return user;
    }

    @Override
    protected UUID addSession(UserId owner, Instant startedAt) {
        UUID id = UUID.randomUUID();
        records.add(owner, LearningDatasets.SESSIONS, id, startedAt);
        return id;
    }

    @Override
    protected void addWord(UserId owner, String spanish, Difficulty difficulty, Phase phase) {
        records.add(
                owner,
                LearningDatasets.VOCABULARY,
                spanish,
                difficulty.code(),
                phase.code(),
                Instant.parse("2026-01-01T00:00:00Z"));
    }

    @Override
    protected void dropAnalytics() {
        records.drop(LearningDatasets.ANALYTICS);
    }
}
