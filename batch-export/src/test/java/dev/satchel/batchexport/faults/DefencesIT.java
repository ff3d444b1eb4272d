package dev.satchel.batchexport.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.faults.Gate.Kind;
import dev.satchel.batchexport.faults.Gate.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without one of its defences, the program does not hold: the enumeration can fail, and each defence is needed. */
class DefencesIT {

    private static final String COMPLETE = "published AS";

    @TempDir
    Path folder;

    @Test
    void aWorkerThatPublishesWithoutItsLeaseIsCaught() throws Exception {
        assertThat(wrong(Weakness.NO_FENCE, Kind.SQL, COMPLETE, Mode.PAUSED_UNTIL_RECLAIMED))
                .anyMatch(sentence -> sentence.endsWith("and the store holds null"));
    }

    @Test
    void anObjectWithoutARecordIsCaught() throws Exception {
        assertThat(wrong(Weakness.NO_RECORD, Kind.FILE, "write ", Mode.KILLED_AFTER))
                .anyMatch(sentence -> sentence.startsWith("an upload was left unfinished"));
        assertThat(wrong(Weakness.NO_RECORD, Kind.SQL, COMPLETE, Mode.KILLED_BEFORE))
                .anyMatch(sentence -> sentence.startsWith("no export points to the object"));
    }

    @Test
    void aCleanUpThatAsksForNoLeaseIsCaught() throws Exception {
        assertThat(wrong(Weakness.CLEAN_UP_WITHOUT_LEASES, Kind.SQL, COMPLETE, Mode.SLOW))
                .anyMatch(sentence -> sentence.endsWith("and the store holds null"));
    }

    @Test
    void aCleanUpThatRemovesNothingIsCaught() throws Exception {
        assertThat(wrong(Weakness.NO_REMOVAL, Kind.SQL, COMPLETE, Mode.KILLED_BEFORE))
                .anyMatch(sentence -> sentence.startsWith("no export points to the object"));
    }

    @Test
    void aWorkerThatTakesBackALiveLeaseIsCaught() throws Exception {
        assertThat(wrong(Weakness.RECLAIM_OF_LIVE_LEASES, Kind.SQL, COMPLETE, Mode.SLOW))
                .contains("1 attempts were spent, and 0 expected at most");
    }

    /** Says at which points each defence is needed. */
    @ParameterizedTest
    @CsvSource({
        "NO_FENCE, PAUSED_UNTIL_RECLAIMED",
        "NO_RECORD, KILLED_AFTER",
        "CLEAN_UP_WITHOUT_LEASES, SLOW",
        "NO_REMOVAL, KILLED_AFTER",
        "RECLAIM_OF_LIVE_LEASES, SLOW"
    })
    @Tag("chaos")
    void eachIsNeededAtSomePoints(Weakness weakness, Mode mode) throws Exception {
        List<String> red = new ArrayList<>();
        int played = 0;
        try (Stage stage = new Stage(weakness)) {
            for (Kind kind : List.of(Kind.SQL, Kind.FILE)) {
                for (Point point : stage.replay.record(kind)) {
                    played++;
                    if (!stage.replay.run(point, mode).isEmpty()) {
                        red.add(point.kind() + " " + point.number());
                    }
                }
            }
        }
        System.out.printf("%s, %s: red at %d of %d points: %s%n", weakness, mode, red.size(), played, red);
        assertThat(red).isNotEmpty();
    }

    /** What is wrong after a replay without the defence, with the fault at the last point with that text. */
    private List<String> wrong(Weakness weakness, Kind kind, String text, Mode mode) throws Exception {
        try (Stage stage = new Stage(weakness)) {
            List<Point> points = stage.replay.record(kind).stream()
                    .filter(point -> point.text().contains(text))
                    .toList();
            return stage.replay.run(points.get(points.size() - 1), mode);
        }
    }

    private final class Stage implements AutoCloseable {

        private final Scene scene;
        private final Replay replay;
        private final CapturedLog log = new CapturedLog();

        Stage(Weakness weakness) throws IOException, SQLException, InterruptedException {
            scene = new Scene(new DirectoryStock(folder.resolve("store-" + System.nanoTime())), weakness);
            Judge judge = new Judge(scene);
            replay = new Replay(scene, judge, weakness);
            replay.record(Kind.SQL);
            judge.learn();
        }

        @Override
        public void close() throws IOException, SQLException {
            log.close();
            scene.close();
        }
    }
}
