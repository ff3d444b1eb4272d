package dev.satchel.batchexport.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Markdown files of the repository. */
public final class Documents {

    public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern FENCED = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
    private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");

    private Documents() {}

    /** A fenced block of code. */
    record Block(String document, String language, String text) {}

    /** All of them, by their paths from the root. */
    public static List<String> all() {
        try (Stream<Path> root = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(root, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .map(file -> ROOT.relativize(file).toString())
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Those that are for people who use Satchel and do not change it. */
    public static List<String> ofUsers() {
        return all().stream()
                .filter(document -> !document.startsWith("docs/adr/") && !document.startsWith("C"))
                .toList();
    }

    public static String text(String document) {
        try {
            return Files.readString(ROOT.resolve(document));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The text without its fenced blocks. */
    static String prose(String document) {
        return FENCED.matcher(text(document)).replaceAll("");
    }

    static List<Block> blocks(String document) {
        return FENCED.matcher(text(document))
                .results()
                .map(block -> new Block(document, block.group(1), block.group(2)))
                .toList();
    }

    /** The blocks of shell commands and of SQL. */
    public static List<String> commands(String document) {
        return blocks(document).stream()
                .filter(block -> Set.of("", "sh", "sql").contains(block.language()))
                .map(Block::text)
                .toList();
    }

    /** What stands between backquotes in the prose. */
    static List<String> code(String document) {
        return codeIn(prose(document));
    }

    public static List<String> codeIn(String text) {
        return CODE.matcher(text).results().map(code -> code.group(1)).toList();
    }

    /** The cells of each row of a table below that heading, of those rows that hold code. */
    public static List<List<String>> table(String document, String heading) {
        String section = text(document)
                .split("(?m)^#+ " + Pattern.quote(heading) + "$", -1)[1]
                .split("(?m)^#+ ", -1)[0];
        return section.lines()
                .filter(line -> line.startsWith("| "))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .filter(cells -> cells.stream().anyMatch(cell -> cell.contains("`")))
                .toList();
    }
}
