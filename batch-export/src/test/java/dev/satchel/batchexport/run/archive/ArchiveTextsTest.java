package dev.satchel.batchexport.run.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.OperatorTexts;
import dev.satchel.batchexport.format.archive.OperatorTexts.Topic;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchiveTextsTest {

    private static final List<String> DATASETS = List.of("qa", "words");

    private static OperatorTexts parse(String yaml) {
        return ArchiveTexts.parse("texts.yaml", yaml, DATASETS);
    }

    @Test
    void readsTextsInTheirLanguages() {
        OperatorTexts texts = parse("""
                application: Palabra
                contact: {en: Ask us., es: Pregúntanos.}
                default:
                  recipients: {en: Nobody else.}
                datasets:
                  qa:
                    purpose: {es: Para practicar.}
                """);

        assertThat(texts.application(Language.SPANISH)).hasValue("Palabra");
        assertThat(texts.contact(Language.SPANISH)).isEqualTo("Pregúntanos.");
        assertThat(texts.about("qa", Topic.PURPOSE, Language.SPANISH)).isEqualTo("Para practicar.");
        assertThat(texts.about("words", Topic.RECIPIENTS, Language.ENGLISH)).isEqualTo("Nobody else.");
        assertThat(texts.about("qa", Topic.PURPOSE, Language.ENGLISH))
                .as("a text in another language tells more than none")
                .isEqualTo("Para practicar.");
        assertThat(texts.about("words", Topic.RETENTION, Language.SPANISH))
                .isEqualTo("[El responsable no ha indicado cuánto tiempo se guarda esto.]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aplication: x | texts.yaml:1:1: the key 'aplication' is unknown: expected one of application, contact",
                "contact: {fr: x} | texts.yaml:1:11: the key 'fr' is unknown: expected one of en, es",
                "datasets: {qu: {purpose: x}} | texts.yaml:1:16: there is no dataset 'qu': expected one of qa, words",
                "datasets: {qa: {why: x}} | texts.yaml:1:17: the key 'why' is unknown: expected one of purpose",
                "contact: [x] | texts.yaml:1:10: expected a text",
                "'contact: '' ''' | texts.yaml:1:10: expected a text, was empty"
            })
    void refusesWhatItDoesNotKnow(String yaml, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> parse(yaml)).withMessageStartingWith(message);
    }

    @Test
    void namesAFileThatCannotBeRead() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArchiveTexts.read(Path.of("missing.yaml"), DATASETS))
                .withMessage("the texts in missing.yaml cannot be read: missing.yaml");
    }
}
