package dev.satchel.batchexport.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.batchexport.Installation;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import dev.satchel.keys.UserKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** The Java of the documentation, as a reader pastes it: compiled as it stands there, and run. */
class JavaSnippetsIT {

    private static final Pattern CLASS = Pattern.compile("(?m)^public (?:final )?(?:class|record|interface) (\\w+)");
    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @TempDir
    Path folder;

    @Test
    void compileWithTheirImportsAlone() throws IOException {
        List<String> snippets = blocks("java");

        assertThat(snippets).isNotEmpty();
        for (String snippet : snippets) {
            compile(snippet);
        }
    }

    /** Code in a sentence is not compiled, so no sentence makes an object. */
    @Test
    void standInBlocksOfTheirOwn() {
        for (String document : Documents.all()) {
            assertThat(Documents.text(document).lines())
                    .as(document)
                    .noneMatch(line -> line.matches(".*`[^`]*\\bnew [A-Z]\\w*(<[^`]*>)?\\([^`]*`.*"));
        }
    }

    @Test
    void nameTheCoordinatesThatTheBuildHas() throws Exception {
        Document parent = xml(Files.readString(Documents.ROOT.resolve("pom.xml")));
        List<String> built = new ArrayList<>();
        for (String module : List.of(
                "domain",
                "adapters-postgres",
                "migrations",
                "batch-export",
                "batch-export/starter",
                "batch-export/bom")) {
            Document pom = xml(Files.readString(Documents.ROOT.resolve(module + "/pom.xml")));
            built.add(value(parent, "/project/groupId") + ":" + value(pom, "/project/artifactId") + ":"
                    + value(parent, "/project/version"));
        }
        built.add("software.amazon.awssdk:kms:" + value(parent, "/project/properties/aws-sdk.version"));
        List<String> named = new ArrayList<>();
        for (String block : blocks("xml")) {
            Document dependency = xml(block);
            named.add(value(dependency, "/dependency/groupId") + ":" + value(dependency, "/dependency/artifactId") + ":"
                    + value(dependency, "/dependency/version"));
        }

        assertThat(named)
                .contains(built.get(1))
                .allSatisfy(coordinates -> assertThat(built).contains(coordinates));
    }

    @Test
    void askForAnExportOfARealDatabase() throws Exception {
        try (SampleDatabase database = SampleDatabase.createWithLearners()) {
            String snippet = snippet("AskForMyData")
                    .replace(
                            "jdbc:postgresql://localhost:5432/app?user=satchel_worker&password=secret",
                            database.jdbcUrl() + "?user=" + database.workerUser() + "&password="
                                    + database.workerPassword());
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    compile(snippet) + File.pathSeparator + classPath(),
                    "AskForMyData");
            Path output = folder.resolve("output");
            int exit = Installation.ended(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start());

            String printed = Files.readString(output);
            assertThat(exit).as(printed).isZero();
            assertThat(printed)
                    .matches("(?s)[0-9a-f-]{36} Optional\\.empty Optional\\[Progress\\[.*\\]\\] Streak\\[.*\\]\\n");
            assertThat(Installation.satchel(
                                    Map.of("DATABASE_URL", database.workerUrl()),
                                    "export",
                                    "show",
                                    printed.substring(0, 36))
                            .succeeded())
                    .contains("pending");
        }
    }

    @Test
    void lendAKeyOfARealVault() throws Exception {
        try (SampleDatabase database = SampleDatabase.createWithLearners()) {
            Path kek = folder.toRealPath().resolve("kek.json");
            UserKeys keys = new UserKeys(
                    new SatchelPostgres(database.workerDataSource()).keyVault(FileKeyEncryptionKeys.create(kek)));
            String key = "sk-proj-snippetsnippet0123456789";
            keys.set(UserId.parse(LEARNER), Provider.OPENAI, ApiKey.take(key.getBytes(StandardCharsets.US_ASCII)));
            String snippet = snippet("Images").replace("/var/lib/satchel/kek.json", kek.toString());

            try (URLClassLoader loader =
                    new URLClassLoader(new URL[] {compile(snippet).toUri().toURL()})) {
                Class<?> images = loader.loadClass("Images");
                Object described = images.getMethod("describe", UserId.class, Function.class)
                        .invoke(
                                images.getConstructor(DataSource.class).newInstance(database.workerDataSource()),
                                UserId.parse(LEARNER),
                                (Function<String, String>) String::toUpperCase);

                assertThat(described).isEqualTo(Optional.of(("Bearer " + key).toUpperCase()));
            }
        }
    }

    private Path compile(String snippet) throws IOException {
        List<String> names =
                CLASS.matcher(snippet).results().map(found -> found.group(1)).toList();
        assertThat(names).as(snippet).hasSize(1);
        Path classes = Files.createDirectories(folder.resolve("classes-" + names.get(0)));
        Path source = Files.writeString(classes.resolve(names.get(0) + ".java"), snippet);
        StringWriter said = new StringWriter();
        var compiler = ToolProvider.getSystemJavaCompiler();
        var files = compiler.getStandardFileManager(null, null, null);
        assertThat(compiler.getTask(
                                said,
                                files,
                                null,
                                List.of(
                                        "--release",
                                        "17",
                                        "-Xlint:all,-classfile",
                                        "-Werror",
                                        // A library of the tests brings processors of its own.
                                        "-proc:none",
                                        "-cp",
                                        classPath(),
                                        "-d",
                                        classes.toString()),
                                null,
                                files.getJavaFileObjects(source))
                        .call())
                .as(said + "\n" + snippet)
                .isTrue();
        return classes;
    }

    // The modules and what they need at run time: no library of the tests.
    private static String classPath() throws IOException {
        return Path.of("target/classes").toAbsolutePath()
                + File.pathSeparator
                + Files.readString(Path.of("target/launcher/runtime.classpath"), StandardCharsets.UTF_8)
                        .strip();
    }

    private static String snippet(String name) {
        return blocks("java").stream()
                .filter(block -> block.contains("public class " + name + " "))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> blocks(String language) {
        return Documents.all().stream()
                .flatMap(document -> Documents.blocks(document).stream())
                .filter(block -> block.language().equals(language))
                .map(Documents.Block::text)
                .toList();
    }

    private static Document xml(String text) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String value(Document document, String path) throws Exception {
        return XPathFactory.newInstance().newXPath().evaluate(path, document);
    }
}
