package dev.satchel.batchexport.run.cleanup;

import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.CleanUp;
import dev.satchel.store.UploadJournal.Leftover;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;

/**
 * Reads every object that is due for removal, each once in a run, however many there are and whatever goes wrong; none
 * when the store is not the one that they were written to.
 */
final class LeftoverFiles implements ItemStreamReader<Leftover> {

    private static final int PAGE = 500;
    private static final int MOST_COUNTED = 10_000;

    private final CleanUp cleanUp;
    private final CleanUpReport report;
    private final StopSignal stop;
    private final Queue<Leftover> page = new ArrayDeque<>();
    private final Set<URI> kept = new HashSet<>();
    private boolean closed;

    LeftoverFiles(CleanUp cleanUp, CleanUpReport report, StopSignal stop) {
        this.cleanUp = cleanUp;
        this.report = report;
        this.stop = stop;
    }

    @Override
    public void open(ExecutionContext run) {
        page.clear();
        kept.clear();
        report.unreadable(cleanUp.unreadable(PAGE));
        closed = false;
        report.elsewhere(cleanUp.elsewhere());
        int due = cleanUp.leftovers(MOST_COUNTED).size();
        try {
            // Asked once before, so that a store that is another one or away is not asked about every file.
            if (due > 0) {
                cleanUp.recognizeStore();
            }
            cleanUp.removeProbes(PAGE);
        } catch (IOException refused) {
            closed = true;
            report.refused(due, new KnownFailures().diagnose(refused), refused);
        }
    }

    @Override
    public @Nullable Leftover read() {
        if (closed || stop.isStopping()) {
            return null;
        }
        if (page.isEmpty()) {
            // Removed objects are not listed again, those that could not be removed are: hence the wider page.
            cleanUp.leftovers(PAGE + kept.size()).stream()
                    .filter(leftover -> !kept.contains(leftover.location()))
                    .forEach(page::add);
        }
        return page.poll();
    }

    /** Says that this one stays on record and must not be tried again in this run. */
    void keep(Leftover leftover) {
        kept.add(leftover.location());
    }
}
