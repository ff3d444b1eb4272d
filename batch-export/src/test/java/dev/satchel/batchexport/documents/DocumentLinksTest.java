package dev.satchel.batchexport.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentLinksTest {

    private static final int WORDS_OF_THE_README = 1_200;

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^(#+) (.+)$");

    static List<String> documents() {
        return Documents.all();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void leadToFilesAndHeadingsThatExist(String document) {
        List<String> dangling = new ArrayList<>();
        for (String target : links(document)) {
            String file = target.replaceFirst("#.*", "");
            String anchor = target.contains("#") ? target.substring(target.indexOf('#') + 1) : "";
            Path path = Documents.ROOT.resolve(document).resolveSibling(file).normalize();
            String linked =
                    file.isEmpty() ? document : Documents.ROOT.relativize(path).toString();
            if (!Files.exists(Documents.ROOT.resolve(linked))
                    || !anchor.isEmpty() && !anchors(linked).contains(anchor)) {
                dangling.add(target);
            }
        }

        assertThat(dangling).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "SECURITY.md",
                "CONTRIBUTING.md",
                "docs/connections.md",
                "docs/datasets.md",
                "docs/glossary.md",
                "docs/keys.md",
                "docs/library.md",
                "docs/operations.md",
                "docs/progress.md",
                "docs/survival.md"
            })
    void tableOfContentsListsEverySection(String document) {
        List<String> sections = HEADING.matcher(Documents.prose(document))
                .results()
                .filter(heading -> heading.group(1).equals("##"))
                .map(heading -> "- [" + plain(heading.group(2)) + "](#" + anchor(heading.group(2)) + ")")
                .toList();

        assertThat(Documents.prose(document).lines().filter(line -> line.startsWith("- [") && line.contains("](#")))
                .containsExactlyElementsOf(sections);
    }

    @Test
    void readmeIsReadInFiveMinutes() {
        assertThat(Documents.text("README.md").strip().split("\\s+").length)
                .as("words")
                .isLessThanOrEqualTo(WORDS_OF_THE_README);
    }

    /** Where it leads is checked above. */
    @Test
    void eachRowOfToChangeXNamesAFileToStartAt() {
        List<List<String>> rows = Documents.table("CONTRIBUTING.md", "To change X, start at file Y");

        assertThat(rows).allSatisfy(row -> assertThat(row.get(1)).containsPattern(LINK));
        assertThat(rows.stream().map(row -> row.get(0)))
                .contains(
                        "a file format",
                        "a dataset of an application",
                        "an option of S3",
                        "the points rule",
                        "a provider of API keys",
                        "the backoff",
                        "a column of `export_history`",
                        "a command",
                        "the lock timeout of `migrate`",
                        "a metric of a run");
    }

    private static List<String> links(String document) {
        return LINK.matcher(Documents.prose(document).replaceAll("`[^`\\n]*`", "code"))
                .results()
                .map(link -> link.group(1))
                .filter(target -> !target.matches("[a-z]+:.*"))
                .toList();
    }

    private static List<String> anchors(String document) {
        return HEADING.matcher(Documents.prose(document))
                .results()
                .map(heading -> anchor(heading.group(2)))
                .collect(Collectors.toList());
    }

    // As GitHub makes them.
    private static String anchor(String heading) {
        return plain(heading)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    private static String plain(String heading) {
        return heading.replace("`", "");
    }
}
