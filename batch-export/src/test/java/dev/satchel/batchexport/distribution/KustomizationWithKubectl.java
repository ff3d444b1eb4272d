package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manifests of the distribution, put together by kubectl: the Maven profile {@code kubectl} includes this test. */
class KustomizationWithKubectl {

    @TempDir
    static Path folder;

    private static Path kubernetes;

    @BeforeAll
    static void nameAnImage() throws Exception {
        kubernetes = Distribution.unpackedIn(folder).home().resolve("kubernetes");
        Path image = kubernetes.resolve("image/kustomization.yaml");
        String text = Files.readString(image);
        assertThat(text).doesNotContain("$");
        Files.writeString(
                image,
                text.replace("newName: satchel", "newName: images.example.org/satchel")
                        .replaceFirst("newTag: .*", "newTag: \"1.2.3\""));
    }

    @Test
    void givesTheSchedulesTheImage() throws Exception {
        assertThat(images(kubernetes)).hasSize(2).containsOnly("image: images.example.org/satchel:1.2.3");
    }

    @Test
    void givesTheWorkerOfAllDayTheImage() throws Exception {
        Path kustomization = kubernetes.resolve("kustomization.yaml");
        String before = Files.readString(kustomization);
        Files.writeString(kustomization, before.replace("  # - worker.yaml", "  - worker.yaml"));

        assertThat(images(kubernetes)).hasSize(3).containsOnly("image: images.example.org/satchel:1.2.3");
        Files.writeString(kustomization, before);
    }

    @Test
    void givesTheJobOfManyWorkersTheImage() throws Exception {
        assertThat(images(kubernetes.resolve("workers-job")))
                .containsExactly("image: images.example.org/satchel:1.2.3");
    }

    private static List<String> images(Path kustomization) throws IOException, InterruptedException {
        return Distribution.run(List.of("kubectl", "kustomize", kustomization.toString()))
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("image: "))
                .toList();
    }
}
