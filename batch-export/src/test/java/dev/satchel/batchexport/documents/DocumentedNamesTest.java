package dev.satchel.batchexport.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.OperatorTexts;
import dev.satchel.batchexport.run.archive.ArchiveOptions;
import dev.satchel.export.Failure;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.DatasetFinding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documentation names exists, and its tables list all there is. */
class DocumentedNamesTest {

    private static final Set<String> COMMANDS = Set.of(
            "migrate",
            "verify",
            "doctor",
            "rollback",
            "export",
            "cleanup",
            "store",
            "datasets",
            "keys",
            "progress",
            "types",
            "diagram",
            "completion");

    /** Properties of services that are called like objects of the schema. */
    private static final Set<String> PROPERTIES =
            Set.of("satchel.datasets", "satchel.kek", "satchel.postgres", "satchel.store");

    @TempDir
    Path folder;

    @Test
    void commandsAndTheirOptionsExist() {
        Map<String, String> help = new TreeMap<>();
        int seen = 0;
        for (String document : Documents.all()) {
            List<String> mentions = Stream.concat(
                            Documents.code(document).stream(),
                            Documents.blocks(document).stream()
                                    .filter(block -> Set.of("", "sh").contains(block.language()))
                                    .flatMap(block -> block.text().lines().filter(line -> line.contains("satchel "))))
                    .toList();
            for (String mention : mentions) {
                for (String call : mention.split("&&|\\$\\(|\\|")) {
                    String command = command(call);
                    if (!command.isEmpty()) {
                        seen++;
                        String shown = help.computeIfAbsent(command, DocumentedNamesTest::helpOf);
                        assertThat(List.of(shown.split("[^-\\w]+")))
                                .as(document + ": " + call)
                                .containsAll(options(call));
                    }
                }
            }
        }
        assertThat(seen).isGreaterThan(100);
    }

    // "export list" of "./satchel export list --status failed"; empty for what is no command of Satchel's.
    private static String command(String call) {
        String words = call.replaceFirst("^.*?(\\./)?satchel (?=[a-z])", "").strip();
        boolean isCall = COMMANDS.contains(words.split(" ")[0])
                && (call.contains("satchel ") || words.matches("[a-z]+ ((--)?[a-z-]+)( .*)?"))
                && !words.startsWith("export type");
        return isCall
                ? Arrays.stream(words.split(" "))
                        .takeWhile(word -> word.matches("[a-z]+"))
                        .collect(Collectors.joining(" "))
                : "";
    }

    private static List<String> options(String call) {
        return Pattern.compile("(?<=\\s)--[a-z-]+")
                .matcher(call)
                .results()
                .map(option -> option.group())
                .toList();
    }

    private static String helpOf(String command) {
        return Installation.satchel(Map.of(), (command + " --help").split(" ")).succeeded();
    }

    @Test
    void errorCodesAreThoseOfFailureWithTheirVerdicts() {
        Map<String, Failure.Verdict> documented = new TreeMap<>();
        for (List<String> row : Documents.table("docs/operations.md", "Error codes")) {
            documented.put(
                    Documents.codeIn(row.get(0)).get(0),
                    switch (row.get(2)) {
                        case "waits" -> Failure.Verdict.OPERATOR;
                        case "fails" -> Failure.Verdict.EXPORT;
                        default -> Failure.Verdict.TRANSIENT;
                    });
        }

        assertThat(documented)
                .isEqualTo(Arrays.stream(Failure.Code.values())
                        .collect(Collectors.toMap(
                                DocumentedNamesTest::lowerCase,
                                Failure.Code::verdict,
                                (one, other) -> one,
                                TreeMap::new)));
    }

    @Test
    void findingsAreThoseOfTheCheck() {
        assertThat(Documents.table("docs/datasets.md", "What check finds").stream()
                        .flatMap(row -> Documents.codeIn(row.get(0)).stream()))
                .containsExactlyInAnyOrder(Arrays.stream(DatasetFinding.Kind.values())
                        .map(DocumentedNamesTest::lowerCase)
                        .toArray(String[]::new));
    }

    @Test
    void builtInDatasetsAreThoseOfTheCatalogue() {
        String sentence = Documents.text("docs/datasets.md")
                .lines()
                .filter(line -> line.contains("The built-in datasets are "))
                .findFirst()
                .orElseThrow();

        assertThat(Documents.codeIn(sentence.substring(sentence.indexOf("The built-in"))))
                .containsExactlyInAnyOrder(
                        PostgresDatasets.builtIn().catalogue().names().split(", "));
    }

    @Test
    void textsOfTheExampleAreReadAsTheyStand() throws IOException {
        OperatorTexts texts = new ArchiveOptions(example("application: ").toString())
                .settings(PostgresDatasets.builtIn(), Duration.ofDays(7))
                .get()
                .texts();

        assertThat(texts.application(Language.SPANISH)).hasValue("Palabra");
        assertThat(texts.about("sessions", OperatorTexts.Topic.PURPOSE, Language.ENGLISH))
                .isEqualTo("To show you how you progress.");
        assertThat(texts.about("qa", OperatorTexts.Topic.RECIPIENTS, Language.SPANISH))
                .isEqualTo("Nadie más.");
    }

    /** The YAML of the page that begins so, as a file. */
    private Path example(String beginning) throws IOException {
        String example = Documents.blocks("docs/datasets.md").stream()
                .filter(block -> block.language().equals("yaml") && block.text().startsWith(beginning))
                .findFirst()
                .orElseThrow()
                .text();
        return Files.writeString(folder.resolve("datasets.yaml"), example);
    }

    @Test
    void datasetsOfTheExampleAreReadAsTheyStand() throws IOException {
        Path file = example("# yaml-language-server: ");

        assertThat(PostgresDatasets.builtIn().with(file).catalogue().names().split(", "))
                .contains("orders", "order_items", "messages")
                .doesNotContain("analytics");
    }

    @Test
    void classesOfTheGlossaryExist() throws IOException {
        Set<String> classes;
        try (Stream<Path> files = Files.walk(Documents.ROOT)) {
            classes = files.filter(file -> file.toString().contains("/src/main/java/"))
                    .map(file -> file.getFileName().toString().replaceFirst("\\.java$", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        classes.add("JobExecution");
        Set<String> named = Documents.code("docs/glossary.md").stream()
                .filter(name -> name.matches("[A-Z]\\w*[a-z]\\w*(\\.\\w+)*") && !name.startsWith("V0"))
                .map(name -> name.replaceFirst("\\..*", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(named).hasSizeGreaterThan(30);
        assertThat(named).filteredOn(name -> !classes.contains(name)).isEmpty();
    }

    @Test
    void objectsOfTheDatabaseExist() throws IOException {
        String contract;
        try (Stream<Path> files = Files.walk(Documents.ROOT.resolve("batch-export/src/main/resources"))) {
            contract = Files.readString(files.filter(file -> file.endsWith("SchemaContract.txt"))
                    .findFirst()
                    .orElseThrow());
        }
        Set<String> named = new TreeSet<>();
        for (String document : Documents.all()) {
            Documents.code(document).stream()
                    .filter(name -> name.matches("satchel\\.[a-z_]+(\\(\\))?"))
                    .filter(name -> !name.startsWith("satchel.adopted_"))
                    .filter(name -> !PROPERTIES.contains(name))
                    .forEach(named::add);
        }

        assertThat(named).hasSizeGreaterThan(20);
        assertThat(named)
                .filteredOn(name -> !contract.matches("(?s).*\\b" + name.replace("()", "") + "\\b.*"))
                .isEmpty();
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
