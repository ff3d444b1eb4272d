package dev.satchel.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** The artifacts that this build makes, as others depend on them. */
class ArtifactsIT {

    private static final Map<String, String> MODULES = Map.of(
            "satchel-migrations", "dev.satchel.migrations",
            "satchel-domain", "dev.satchel.domain",
            "satchel-adapters-postgres", "dev.satchel.postgres",
            "satchel-batch-export", "dev.satchel.batchexport",
            "satchel-spring-boot-starter", "dev.satchel.starter");

    @Test
    void haveAModuleNameThatDoesNotDependOnTheFile() throws IOException {
        for (Artifact artifact : jars()) {
            try (JarFile jar = new JarFile(artifact.jar().toFile())) {
                assertThat(jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
                        .as(artifact.name())
                        .isEqualTo(MODULES.get(artifact.name()));
            }
        }
    }

    /** Java refuses two modules that have the same package. */
    @Test
    void areModulesThatShareNoPackage() {
        ModuleFinder finder = ModuleFinder.of(jars().stream().map(Artifact::jar).toArray(Path[]::new));

        assertThat(finder.findAll().stream().map(ModuleReference::descriptor).map(ModuleDescriptor::name))
                .containsExactlyInAnyOrderElementsOf(MODULES.values());
        Map<String, String> modules = new TreeMap<>();
        for (ModuleReference module : finder.findAll()) {
            for (String name : module.descriptor().packages()) {
                assertThat(modules.put(name, module.descriptor().name()))
                        .as("the package " + name + " is also in "
                                + module.descriptor().name())
                        .isNull();
            }
        }
        assertThat(modules)
                .containsEntry("dev.satchel.export", "dev.satchel.domain")
                .hasSizeGreaterThan(30);
    }

    @Test
    void areInTheBillOfMaterialsAllOfThemAndNoOthers() throws Exception {
        Document bom = xml("satchel-bom");
        NodeList managed = (NodeList) XPathFactory.newInstance()
                .newXPath()
                .evaluate(
                        "/project/dependencyManagement/dependencies/dependency/artifactId",
                        bom,
                        XPathConstants.NODESET);
        List<String> names = IntStream.range(0, managed.getLength())
                .mapToObj(index -> managed.item(index).getTextContent())
                .toList();

        assertThat(names).containsExactlyInAnyOrderElementsOf(MODULES.keySet());
        assertThat(value(bom, "/project/version")).isEqualTo(value(xml("satchel-parent"), "/project/version"));
        assertThat(value(bom, "/project/parent")).isEmpty();
    }

    private static List<Artifact> jars() {
        return Artifact.ALL.stream().filter(Artifact::hasJar).toList();
    }

    private static Document xml(String name) throws Exception {
        Path pom = Artifact.ALL.stream()
                .filter(artifact -> artifact.name().equals(name))
                .findFirst()
                .orElseThrow()
                .pom();
        try (var text = Files.newInputStream(pom)) {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(text);
        }
    }

    private static String value(Document document, String path) throws Exception {
        return XPathFactory.newInstance().newXPath().evaluate(path, document);
    }
}
