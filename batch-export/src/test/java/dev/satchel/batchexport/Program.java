package dev.satchel.batchexport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * How tests start the program: from its classes and libraries, with an archive of what is loaded (CDS), as the launcher
 * does.
 *
 * <p>The first start of a build makes the archive, from what one export into S3 loads. Later starts share it, those of
 * other forks too. Each is then a third cheaper, and most of what such a test costs is the start.
 */
public final class Program {

    /** An option with which the program starts without the archive: Java 17 crashes where that meets a flight recording. */
    public static final String WITHOUT_ARCHIVE = "-Xshare:auto";

    private static final Path FOLDER = Path.of("target", "launcher", "tests");
    private static final Path CLASSES = Path.of("target", "classes");
    private static final String ARCHIVE = "classes.jsa";

    /** Written last: without it, what is there was left by a start that failed or was killed. */
    private static final String COMPLETE = "complete";

    private static final Path BUILT = built();

    private Program() {}

    /** The command that starts the program, with further options of the JVM; its arguments follow. */
    public static List<String> command(List<String> jvm) {
        List<String> command = new ArrayList<>(options(BUILT.resolve("satchel.jar")));
        if (!jvm.contains(WITHOUT_ARCHIVE) && Files.exists(BUILT.resolve(ARCHIVE))) {
            command.addAll(List.of("-XX:SharedArchiveFile=" + BUILT.resolve(ARCHIVE), "-Xlog:disable"));
        }
        command.addAll(jvm);
        command.add(Satchel.class.getName());
        return command;
    }

    private static List<String> options(Path jar) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Installation.SHORT_LIVED,
                // Compiles a method after three times as many calls: hardly any of a short process is worth it earlier.
                "-XX:CompileThresholdScaling=3",
                "-XX:+UseSerialGC",
                "-cp",
                jar + File.pathSeparator + libraries());
    }

    private static String libraries() {
        try {
            return Files.readString(Path.of("target/launcher/runtime.classpath"), UTF_8)
                    .strip();
        } catch (IOException failed) {
            throw new UncheckedIOException("the class path is written by the phase package", failed);
        }
    }

    // An archive is bound to jars, each with its date, so the classes of this module become one.
    private static Path built() {
        Path build =
                FOLDER.resolve(UUID.nameUUIDFromBytes(stamp().getBytes(UTF_8)).toString());
        try {
            Files.createDirectories(FOLDER);
            try (FileChannel lock =
                    FileChannel.open(FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                lock.lock();
                if (!Files.exists(build.resolve(COMPLETE))) {
                    deleteBuilds();
                    Files.createDirectory(build);
                    make(build);
                    Files.createFile(build.resolve(COMPLETE));
                }
            }
            return build;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** What the archive depends on: Java, and the path, size and date of each file. */
    private static String stamp() {
        StringBuilder stamp =
                new StringBuilder(System.getProperty("java.home")).append(System.getProperty("java.vm.version"));
        try (Stream<Path> classes = Files.walk(CLASSES)) {
            Stream<Path> libraries =
                    Stream.of(libraries().split(File.pathSeparator)).map(Path::of);
            for (Path file : Stream.concat(classes.sorted(), libraries).toList()) {
                if (Files.isRegularFile(file)) {
                    stamp.append('\n')
                            .append(file)
                            .append(' ')
                            .append(Files.size(file))
                            .append(' ')
                            .append(Files.getLastModifiedTime(file));
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return stamp.toString();
    }

    private static void deleteBuilds() throws IOException {
        try (Stream<Path> builds = Files.list(FOLDER)) {
            for (Path build : builds.filter(Files::isDirectory).toList()) {
                delete(build);
            }
        }
    }

    private static void make(Path build) throws IOException {
        Path jar = build.resolve("satchel.jar");
        int exit = ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(System.out, System.err, "--create", "--file", jar.toString(), "-C", CLASSES.toString(), ".");
        if (exit != 0) {
            throw new IOException("jar ended with " + exit);
        }
        Path folder = Files.createTempDirectory("satchel-archive-");
        try (Installation satchel = Installation.in(Files.createDirectory(folder.resolve("s3")))) {
            satchel.requestOfNewUser();
            Path whole = build.resolve(ARCHIVE);
            Path part = build.resolve(ARCHIVE + ".part");
            Path output = folder.resolve("output");
            List<String> command = new ArrayList<>(options(jar));
            command.addAll(List.of(
                    "-XX:ArchiveClassesAtExit=" + part, "-Xlog:disable", Satchel.class.getName(), "export", "run"));
            exit = Installation.ended(satchel.start(command, Map.of(), output));
            if (exit != 0) {
                throw new AssertionError("the program ended with " + exit + "\n" + Files.readString(output));
            }
            // A Java without an archive of its own makes none, and starts are as slow as they were.
            if (Files.exists(part)) {
                Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException(stopped);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(file);
            }
        }
    }
}
