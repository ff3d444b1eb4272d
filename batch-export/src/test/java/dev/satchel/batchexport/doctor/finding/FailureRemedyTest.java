package dev.satchel.batchexport.doctor.finding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.documents.Documents;
import dev.satchel.export.Failure;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FailureRemedyTest {

    @Test
    void isWhatTheTableOfErrorCodesSays() {
        Map<String, String> documented = Documents.table("docs/operations.md", "Error codes").stream()
                .collect(Collectors.toMap(
                        cells -> cells.get(0).replace("`", ""),
                        cells -> cells.get(3)
                                .replaceAll(" \\(\\[.*?\\]\\(.*?\\)\\)", "")
                                .replace("`", "")));

        assertThat(Arrays.stream(Failure.Code.values())
                        .collect(Collectors.toMap(
                                Failure.Code::code, (Function<Failure.Code, String>) FailureRemedy::of)))
                .isEqualTo(documented);
    }

    @Test
    void namesACodeThatAnotherProgramWrote() {
        assertThat(FailureRemedy.of(List.of("store_full", "adopted")))
                .isEqualTo("store_full: make room, run cleanup; adopted: see what the program says that wrote the row");
    }
}
