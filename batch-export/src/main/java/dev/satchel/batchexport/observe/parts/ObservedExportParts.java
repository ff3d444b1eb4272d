package dev.satchel.batchexport.observe.parts;

import dev.satchel.export.Export;
import dev.satchel.export.Failure;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.partition.ExportParts;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Parts of which each is counted when this process claims it, and once when it ends. */
public final class ObservedExportParts implements ExportParts {

    private final ExportParts parts;
    private final PartMeters meters;

    public ObservedExportParts(ExportParts parts, PartMeters meters) {
        this.parts = parts;
        this.meters = meters;
    }

    @Override
    public List<Part> add(
            Export.Processing export, DivisibleRecords.Divided divided, String encoding, List<URI> locations) {
        return parts.add(export, divided, encoding, locations);
    }

    @Override
    public Optional<Claimed> claim(UUID attempt, int number, String worker) {
        Optional<Claimed> claimed = parts.claim(attempt, number, worker);
        claimed.ifPresent(part -> meters.claimed(part.token()));
        return claimed;
    }

    @Override
    public boolean heartbeat(Claimed part) {
        boolean isOurs = parts.heartbeat(part);
        if (!isOurs) {
            meters.ended(part.token(), PartMeters.Outcome.GIVEN_UP);
        }
        return isOurs;
    }

    @Override
    public boolean finish(Claimed part, long records, long bytes, boolean settled) {
        boolean isOurs = parts.finish(part, records, bytes, settled);
        if (isOurs) {
            meters.delivered(part.token(), records, bytes);
        } else {
            meters.ended(part.token(), PartMeters.Outcome.GIVEN_UP);
        }
        return isOurs;
    }

    // Counted first, because the database may be why the part failed.
    @Override
    public void fail(Claimed part, Failure failure) {
        meters.ended(part.token(), PartMeters.Outcome.FAILED);
        parts.fail(part, failure);
    }

    @Override
    public void giveBack(Claimed part) {
        meters.ended(part.token(), PartMeters.Outcome.GIVEN_BACK);
        parts.giveBack(part);
    }

    @Override
    public List<Progress> progress(UUID attempt, Duration silence) {
        return parts.progress(attempt, silence);
    }

    @Override
    public boolean areRunning(Duration silence) {
        return parts.areRunning(silence);
    }

    @Override
    public void remove(UUID attempt) {
        parts.remove(attempt);
    }
}
