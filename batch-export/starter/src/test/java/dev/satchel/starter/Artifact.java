package dev.satchel.starter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Something that this build makes, as {@code mvn install} puts it into a repository. */
record Artifact(String directory, String name, boolean hasJar) {

    static final List<Artifact> ALL = List.of(
            new Artifact(".", "satchel-parent", false),
            new Artifact("migrations", "satchel-migrations", true),
            new Artifact("domain", "satchel-domain", true),
            new Artifact("adapters-postgres", "satchel-adapters-postgres", true),
            new Artifact("batch-export", "satchel-batch-export", true),
            new Artifact("batch-export/starter", "satchel-spring-boot-starter", true),
            new Artifact("batch-export/bom", "satchel-bom", false));

    /** Failsafe runs the tests of this module in its directory. */
    private static final Path CHECKOUT = Path.of("../..").toAbsolutePath().normalize();

    private static final String VERSION = System.getProperty("satchel.test.version");

    Path pom() {
        return CHECKOUT.resolve(directory).resolve("pom.xml");
    }

    Path jar() {
        return CHECKOUT.resolve(directory).resolve("target/" + name + "-" + VERSION + ".jar");
    }

    void install(Path repository) throws IOException {
        Path to = Files.createDirectories(repository.resolve("dev/satchel/" + name + "/" + VERSION));
        Files.copy(pom(), to.resolve(name + "-" + VERSION + ".pom"), StandardCopyOption.REPLACE_EXISTING);
        if (hasJar) {
            Files.copy(jar(), to.resolve(jar().getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
