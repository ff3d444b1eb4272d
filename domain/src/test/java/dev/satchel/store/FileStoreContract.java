package dev.satchel.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link FileStore} guarantees. A subclass supplies an empty store for each test. */
public abstract class FileStoreContract {

    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    protected abstract FileStore store();

    /** How many bytes the store sends or keeps at a time; files around multiples of it are tested. */
    protected abstract int partSize();

    /** Everything the store holds that is no published file: unfinished uploads, temporary files. */
    protected abstract List<String> leavings() throws IOException;

    /** Follows a link as somebody without rights in the store would. */
    protected byte[] download(URI link) throws IOException {
        try (InputStream in = link.toURL().openStream()) {
            return in.readAllBytes();
        }
    }

    @Test
    void publishesTheWholeFileOnCommit() throws IOException {
        FileStore store = store();
        URI location = store.locate("export-1/1-a.csv");

        try (FileStore.Upload upload = open("export-1/1-a.csv")) {
            upload.body().write("one,".getBytes(UTF_8));
            upload.body().write('2');
            upload.commit();

            assertThat(read(location)).isEqualTo("one,2".getBytes(UTF_8));
        }

        assertThat(read(location)).isEqualTo("one,2".getBytes(UTF_8));
        assertThat(leavings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "1,-1", "1,0", "1,1", "3,0"})
    void readsBackExactlyWhatWasWrittenAroundThePartBoundaries(int parts, int more) throws IOException {
        byte[] content = content(parts * partSize() + more, parts + more);

        URI location = publish("export-1/1-a.csv", content);

        assertThat(read(location)).isEqualTo(content);
        assertThat(leavings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,100", "2,1"})
    void publishesNothingWhenClosedWithoutACommit(int parts, int more) throws IOException {
        URI location = store().locate("export-1/1-a.csv");

        try (FileStore.Upload upload = open("export-1/1-a.csv")) {
            upload.body().write(content(parts * partSize() + more, 1));
        }

        assertMissing(location);
        assertThat(leavings()).isEmpty();
    }

    @Test
    void publishesNothingWhenTheBodyIsClosed() throws IOException {
        URI location = store().locate("export-1/1-a.csv");

        try (FileStore.Upload upload = open("export-1/1-a.csv")) {
            try (OutputStream body = upload.body()) {
                body.write(1);
            }
            assertMissing(location);
        }

        assertMissing(location);
        assertThat(leavings()).isEmpty();
    }

    @Test
    void publishesNothingWhenTheWriterFails() throws IOException {
        URI location = store().locate("export-1/1-a.csv");
        byte[] content = content(partSize() + 1, 1);

        assertThatThrownBy(() -> {
                    try (FileStore.Upload upload = open("export-1/1-a.csv")) {
                        upload.body().write(content);
                        throw new IOException("the database went away");
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessage("the database went away")
                .hasNoSuppressedExceptions();

        assertMissing(location);
        assertThat(leavings()).isEmpty();
    }

    @Test
    void acceptsNoBytesAfterItsEnd() throws IOException {
        FileStore.Upload committed = open("export-1/1-a.csv");
        committed.body().write(1);
        committed.commit();
        committed.close();
        FileStore.Upload closed = open("export-1/1-b.csv");
        closed.close();

        assertThatThrownBy(() -> committed.body().write(2)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> closed.body().write(2)).isInstanceOf(IOException.class);
        assertThatThrownBy(committed::commit).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(closed::commit).isInstanceOf(IllegalStateException.class);

        closed.close();
        committed.close();
        assertThat(read(store().locate("export-1/1-a.csv"))).isEqualTo(new byte[] {1});
        assertMissing(store().locate("export-1/1-b.csv"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void neverOverwritesAFile(int parts) throws IOException {
        URI location = publish("export-1/1-a.csv", "first".getBytes(UTF_8));

        assertThatThrownBy(() -> publish("export-1/1-a.csv", content(parts * partSize() + 5, 1)))
                .isInstanceOf(Exception.class);

        assertThat(read(location)).isEqualTo("first".getBytes(UTF_8));
        assertThat(leavings()).isEmpty();
    }

    @Test
    void publishesAScratchFileLikeAnyOther() throws IOException {
        String name = "export-1/1-a.bytes";
        FileStore store = store();
        byte[] content = content(100_000, 1);
        try (FileStore.Upload upload = store.openScratch(name)) {
            upload.body().write(content);
            upload.commit();
        }
        try (FileStore.Upload again = store.openScratch(name)) {
            again.body().write(1);
            assertThatThrownBy(again::commit).isInstanceOf(Exception.class);
        }
        try (FileStore.Upload uncommitted = store.openScratch("export-1/1-b.bytes")) {
            uncommitted.body().write(content);
        }

        assertThat(read(store.locate(name))).isEqualTo(content);
        assertMissing(store.locate("export-1/1-b.bytes"));
        assertThat(leavings()).isEmpty();
        store.delete(store.locate(name));
        assertMissing(store.locate(name));
    }

    @Test
    void publishesNothingAfterAnAbort() throws IOException {
        for (FileStore.Upload upload : List.of(open("export-1/1-a.csv"), store().openScratch("export-1/1-b.bytes"))) {
            try (upload) {
                upload.body().write(content(1_000, 1));
                upload.abort();

                assertThatThrownBy(upload::commit).isInstanceOf(Exception.class);
            }
        }

        assertMissing(store().locate("export-1/1-a.csv"));
        assertMissing(store().locate("export-1/1-b.bytes"));
        assertThat(leavings()).isEmpty();
    }

    @Test
    void publishesOneOfTwoUploadsOfTheSameName() throws IOException {
        URI location = store().locate("export-1/1-a.csv");

        try (FileStore.Upload first = open("export-1/1-a.csv");
                FileStore.Upload second = open("export-1/1-a.csv")) {
            first.body().write("first".getBytes(UTF_8));
            second.body().write("other".getBytes(UTF_8));
            second.commit();

            assertThatThrownBy(first::commit).isInstanceOf(Exception.class);
        }

        assertThat(read(location)).isEqualTo("other".getBytes(UTF_8));
        assertThat(leavings()).isEmpty();
    }

    @Test
    void deletesAFileAndWhatIsMissingAlready() throws IOException {
        URI location = publish("export-1/1-a.csv", content(10, 1));
        URI neighbour = publish("export-1/1-a.csv.zip", content(10, 2));

        store().delete(location);
        store().delete(location);
        store().delete(store().locate("export-9/1-z.csv"));

        assertMissing(location);
        assertThat(read(neighbour)).isEqualTo(content(10, 2));
    }

    @Test
    void deletesWhatAnUnfinishedUploadLeft() throws IOException {
        URI location = store().locate("export-1/1-a.csv");
        try (FileStore.Upload abandoned = open("export-1/1-a.csv");
                FileStore.Upload neighbour = open("export-1/1-a.csv.zip")) {
            abandoned.body().write(content(partSize() + 1, 1));
            abandoned.body().flush();
            neighbour.body().write(content(partSize() + 1, 2));

            store().delete(location);

            assertThat(leavings()).hasSize(1);
            neighbour.commit();
            assertThatThrownBy(abandoned::commit).isInstanceOf(Exception.class);
        }
        assertMissing(location);
        assertThat(read(store().locate("export-1/1-a.csv.zip"))).isEqualTo(content(partSize() + 1, 2));
        assertThat(leavings()).isEmpty();
    }

    @Test
    void uploadsSeveralFilesAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<URI>> uploads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int file = i;
                uploads.add(threads.submit(() -> publish(
                        "export-" + file % 2 + "/1-" + file + ".csv", content(file % 2 * partSize() + file, file))));
            }

            for (int file = 0; file < uploads.size(); file++) {
                URI location = uploads.get(file).get();
                assertThat(read(location)).isEqualTo(content(file % 2 * partSize() + file, file));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(leavings()).isEmpty();
    }

    @Test
    void linksToAFile() throws IOException {
        URI location = publish("export-1/1-a.csv", content(1000, 1));

        URI link = store().link(location, FIVE_MINUTES);

        assertThat(download(link)).isEqualTo(content(1000, 1));
    }

    @Test
    void refusesALinkThatLivesTooLongOrNotAtAll() throws IOException {
        URI location = publish("export-1/1-a.csv", content(10, 1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> store().link(location, Duration.ofMinutes(15).plusMillis(1)))
                .withMessage("a link may be valid for at most 15 minutes, was PT15M0.001S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store().link(location, Duration.ZERO))
                .withMessage("a link may be valid for at most 15 minutes, was PT0S");
        assertThat(download(store().link(location, Duration.ofMinutes(15)))).isEqualTo(content(10, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "/a", "a/", "a//b", "..", "a/../b", "a/./b", ".hidden", "a b", "ä", "a\\b", "a%2e", "a\n"
            })
    void refusesANameThatIsNotAPlainPath(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store().locate(name))
                .withMessageContaining("'" + name + "'");
        assertThatIllegalArgumentException().isThrownBy(() -> open(name)).withMessageContaining("'" + name + "'");
    }

    @Test
    void refusesALocationOutsideTheStore() throws IOException {
        URI inside = publish("export-1/1-a.csv", content(10, 1));
        String text = inside.toString();
        List<String> outside = List.of(
                "https://example.org/export-1/1-a.csv",
                "file:///etc/passwd",
                "s3://another-bucket/export-1/1-a.csv",
                text.substring(0, text.indexOf("export-1")),
                text.replace("export-1/", "export-1/../export-1/"),
                text.replace("export-1/", "../"),
                text.replace("export-1/", "export-1/%2e%2e/"),
                text.replace("/export-1/", "-other/export-1/"),
                text + "?versionId=1",
                text + "#1");

        for (String location : outside) {
            URI uri = URI.create(location);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store().delete(uri))
                    .withMessageContaining(location);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store().link(uri, FIVE_MINUTES))
                    .withMessageContaining(location);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store().read(uri).close())
                    .withMessageContaining(location);
        }
        assertThat(read(inside)).isEqualTo(content(10, 1));
    }

    protected final FileStore.Upload open(String name) throws IOException {
        return store().open(name, "satchel.csv", "text/csv; charset=utf-8");
    }

    protected final URI publish(String name, byte[] content) throws IOException {
        try (FileStore.Upload upload = open(name)) {
            OutputStream body = upload.body();
            // In uneven pieces, as formats write.
            Random pieces = new Random(content.length);
            for (int start = 0; start < content.length; ) {
                int length = Math.min(content.length - start, 1 + pieces.nextInt(100_000));
                body.write(content, start, length);
                start += length;
            }
            upload.commit();
        }
        return store().locate(name);
    }

    protected final byte[] read(URI location) throws IOException {
        try (InputStream in = store().read(location)) {
            return in.readAllBytes();
        }
    }

    protected final void assertMissing(URI location) {
        assertThatThrownBy(() -> read(location)).isInstanceOf(Exception.class);
    }

    /** Random bytes, the same ones for the same length and seed. */
    protected static byte[] content(int length, long seed) {
        byte[] content = new byte[length];
        new Random(seed).nextBytes(content);
        return content;
    }
}
