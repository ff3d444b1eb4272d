package dev.satchel.export;

import dev.satchel.record.LearningDatasets;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Exports and files for tests, with sound values wherever the test does not care. */
public final class Exports {

    public static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private static final String SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private Exports() {}

    public static Export.Processing processing() {
        return processing(Requests.any());
    }

    public static Export.Processing processing(ExportRequest request) {
        return new Export.Processing(UUID.randomUUID(), request, NOON, NOON.plusSeconds(1), 1, UUID.randomUUID());
    }

    /** The root of the store that {@link #anyLocation} is in. */
    public static final URI ROOT = URI.create("s3://exports/");

    /** A place where nothing was stored before. */
    public static URI anyLocation() {
        return locationIn(ROOT);
    }

    /** A place in that store where nothing was stored before. */
    public static URI locationIn(URI root) {
        return URI.create(root + "" + UUID.randomUUID() + "/1-" + UUID.randomUUID() + ".csv");
    }

    /** A place where nothing was stored before, with a name that belongs to the export. */
    public static URI anyLocationOf(Export.Processing export) {
        return locationOf(export, ROOT);
    }

    /** A place in that store where nothing was stored before, with a name that belongs to the export. */
    public static URI locationOf(Export.Processing export, URI root) {
        return URI.create(root + "" + export.id() + "/" + UUID.randomUUID());
    }

    public static DeliveredFile anyFile() {
        return file(anyLocation());
    }

    public static DeliveredFile anyFileOf(Export.Processing export) {
        return file(anyLocationOf(export));
    }

    /** A file of 7 words in 1234 bytes. */
    public static DeliveredFile file(URI location) {
        return new DeliveredFile(
                location,
                "text/csv",
                1234,
                SHA256,
                NOON,
                "001",
                Map.of(LearningDatasets.VOCABULARY, 7L),
                List.of(),
                List.of());
    }

    /** An archive of two datasets, a third of which the database lacks. */
    public static DeliveredFile archive(URI location) {
        return new DeliveredFile(
                location,
                "application/zip",
                5678,
                SHA256,
                NOON,
                "001",
                Map.of(LearningDatasets.PROFILE, 1L, LearningDatasets.VOCABULARY, 7L),
                List.of(LearningDatasets.ANALYTICS),
                List.of(
                        new DeliveredFile.Entry("profile.csv", 100, SHA256),
                        new DeliveredFile.Entry("vocabulary.csv", 9000, SHA256)));
    }

    public static Failure storeUnavailable() {
        return new Failure(Failure.Code.STORE_UNAVAILABLE, "the store did not answer");
    }

    public static Failure accessDenied() {
        return new Failure(Failure.Code.ACCESS_DENIED, "the store refused the worker's credentials");
    }
}
