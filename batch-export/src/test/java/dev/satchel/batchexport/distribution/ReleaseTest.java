package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** What Maven Central asks of each artifact, and what the release's workflow says that it does. */
class ReleaseTest {

    /** The poms without a parent, from which the others inherit. */
    @ParameterizedTest
    @ValueSource(strings = {"../pom.xml", "bom/pom.xml"})
    void thePomSaysWhatMavenCentralAsksFor(String pom) throws Exception {
        Element project = pom(pom);

        assertThat(children(project, "parent")).isEmpty();
        for (String name : List.of("name", "description", "url", "licenses", "developers", "scm")) {
            assertThat(children(project, name))
                    .as(name)
                    .hasSize(1)
                    .allMatch(node -> !node.getTextContent().isBlank());
        }
        assertThat(children((Element) children(project, "scm").get(0), "connection")
                        .get(0)
                        .getTextContent())
                .startsWith("scm:git:https://");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../migrations/pom.xml",
                "../domain/pom.xml",
                "../adapters-postgres/pom.xml",
                "pom.xml",
                "starter/pom.xml"
            })
    void eachArtifactHasANameAndADescriptionOfItsOwn(String pom) throws Exception {
        assertThat(children(pom(pom), "parent")).hasSize(1);
        assertThat(children(pom(pom), "name")).hasSize(1);
        assertThat(children(pom(pom), "description")).hasSize(1);
    }

    /** The plugins that make these jars make none where there is no class. */
    @ParameterizedTest
    @ValueSource(strings = {"../migrations", "starter"})
    void anArtifactWithoutClassesHasAJarThatSaysSo(String module) throws Exception {
        assertThat(Path.of(module, "src/main/java")).doesNotExist();
        assertThat(Path.of(module, "src/release/README.md")).isNotEmptyFile();
        assertThat(Files.readString(Path.of(module, "pom.xml")))
                .contains("<classesDirectory>${project.basedir}/src/release</classesDirectory>")
                .contains("<classifier>javadoc</classifier>");
        if (!Files.exists(Path.of(module, "src/main"))) {
            assertThat(Files.readString(Path.of(module, "pom.xml"))).contains("<classifier>sources</classifier>");
        }
    }

    @Test
    void theWorkflowPublishesAsItSays() throws Exception {
        assertThat(Files.readString(Path.of("../.github/workflows/release.yml")))
                .startsWith("# A tag such as v0.1.0 publishes the artifacts");
        assertThat(Files.readString(Path.of("../pom.xml"))).contains("<autoPublish>true</autoPublish>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"satchel-judge", "satchel-peers"})
    void whatOnlyTestsAndBenchesUseIsNotPublished(String artifact) throws Exception {
        assertThat(Files.readString(Path.of("../pom.xml")))
                .contains("<excludeArtifact>" + artifact + "</excludeArtifact>");
    }

    private static Element pom(String path) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of(path).toFile())
                .getDocumentElement();
    }

    private static List<Node> children(Element parent, String name) {
        return IntStream.range(0, parent.getChildNodes().getLength())
                .mapToObj(parent.getChildNodes()::item)
                .flatMap(node -> node.getNodeName().equals(name) ? Stream.of(node) : Stream.empty())
                .toList();
    }
}
