package dev.satchel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryFileStoreTest extends FileStoreContract {

    private final InMemoryFileStore store = new InMemoryFileStore();

    @Override
    protected FileStore store() {
        return store;
    }

    @Override
    protected int partSize() {
        return 1000;
    }

    @Override
    protected List<String> leavings() {
        return List.copyOf(store.unfinished());
    }

    @Override
    protected byte[] download(URI link) throws IOException {
        return read(URI.create(link.toString().replaceAll("\\?.*", "")));
    }

    @Test
    void leavesTheUnfinishedUploadWhenClosingFails() throws IOException {
        store.failOn(InMemoryFileStore.Step.CLOSE, () -> new IOException("out of reach"));
        FileStore.Upload upload = open("export-1/1-a.csv");

        assertThatThrownBy(upload::close).hasMessage("out of reach");

        assertThat(store.unfinished()).containsExactly("export-1/1-a.csv");
        store.delete(store.locate("export-1/1-a.csv"));
        assertThat(store.unfinished()).isEmpty();
    }

    @Test
    void keepsTheFileWhenOnlyTheAnswerIsLost() throws IOException {
        store.failOn(InMemoryFileStore.Step.COMMITTED, () -> new IllegalStateException("no answer"));

        assertThatThrownBy(() -> publish("export-1/1-a.csv", new byte[] {1})).hasMessage("no answer");

        assertThat(store.names()).containsExactly("export-1/1-a.csv");
        store.recover();
        assertThat(read(store.locate("export-1/1-a.csv"))).isEqualTo(new byte[] {1});
    }
}
