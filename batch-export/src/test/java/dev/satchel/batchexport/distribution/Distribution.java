package dev.satchel.batchexport.distribution;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The distribution, unpacked into a folder where nothing else is: no checkout, no Maven, and of the system a few programs. */
final class Distribution {

    /** What {@code bin/satchel} may use beside the shell's own commands. */
    private static final List<String> PROGRAMS = List.of("sh", "dirname", "readlink");

    private final Path folder;
    private final Path home;
    private final Path programs;

    private Distribution(Path folder, Path home, Path programs) {
        this.folder = folder;
        this.home = home;
        this.programs = programs;
    }

    static Distribution unpackedIn(Path folder) throws IOException, InterruptedException {
        Path installed = Files.createDirectories(folder.resolve("installed"));
        run(List.of("tar", "--extract", "--file", archive().toString(), "--directory", installed.toString()));
        Path programs = Files.createDirectories(folder.resolve("programs"));
        for (String program : PROGRAMS) {
            Files.copy(Path.of("/usr/bin", program), programs.resolve(program), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(folder.resolve("work"));
        try (Stream<Path> entries = Files.list(installed)) {
            return new Distribution(folder, entries.findFirst().orElseThrow(), programs);
        }
    }

    /** The file that the build makes. */
    static Path archive() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target").toAbsolutePath())) {
            return files.filter(file -> file.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** The one folder of the archive. */
    Path home() {
        return home;
    }

    /** The folder of the few programs that there are. */
    Path programs() {
        return programs;
    }

    Path launcher() {
        return home.resolve("bin/satchel");
    }

    List<String> libraries() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("lib"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    /** Runs a command with the Java of this test, in an empty folder and with an empty home. */
    Result satchel(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return run(launcher(), withJava(environment), arguments);
    }

    private static Map<String, String> withJava(Map<String, String> environment) {
        Map<String, String> all = new TreeMap<>(environment);
        all.put("JAVA_HOME", System.getProperty("java.home"));
        all.putIfAbsent("JAVA_OPTS", Installation.SHORT_LIVED_OPTS);
        return all;
    }

    /** Runs a launcher with no more in the environment than is given, a path to the few programs and an empty home. */
    Result run(Path launcher, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        int exit = Installation.ended(start(launcher, environment, out, err, arguments));
        return new Result(exit, Files.readString(out), Files.readString(err));
    }

    /** Starts a command that goes on until it is told to stop. */
    Process start(Map<String, String> environment, Path err, String... arguments) throws IOException {
        return start(launcher(), withJava(environment), Files.createTempFile(folder, "out", ""), err, arguments);
    }

    private Process start(Path launcher, Map<String, String> environment, Path out, Path err, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.resolve("work").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", programs.toString());
        builder.environment().put("HOME", folder.resolve("home").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    /** Runs a program of the system and returns what it printed. */
    static String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("distribution", "");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            int exit = Installation.ended(process);
            if (exit != 0) {
                throw new AssertionError(command + " ended with " + exit + ": " + Files.readString(output));
            }
            return Files.readString(output);
        } finally {
            Files.delete(output);
        }
    }
}
