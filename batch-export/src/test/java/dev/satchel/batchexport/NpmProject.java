package dev.satchel.batchexport;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A project of npm's, copied into {@code target} with what its lock file names. What is installed stays there. */
public final class NpmProject {

    private final Path folder;

    private NpmProject(Path folder) {
        this.folder = folder;
    }

    /** Copies the files of a folder and installs, unless the same was installed before; one process after the other. */
    public static NpmProject installed(Path sources, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        // The tests of one project may run in several processes.
        try (FileChannel lock = FileChannel.open(
                folder.resolve("installing.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            return install(sources, folder);
        }
    }

    private static NpmProject install(Path sources, Path folder) throws IOException, InterruptedException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(sources)) {
            for (Path file : files) {
                if (Files.isRegularFile(file)) {
                    Files.write(folder.resolve(file.getFileName()), Files.readAllBytes(file));
                }
            }
        }
        NpmProject project = new NpmProject(folder);
        Path installed = folder.resolve("node_modules/installed-lock.json");
        String lock = Files.readString(sources.resolve("package-lock.json"));
        if (!Files.exists(installed) || !Files.readString(installed).equals(lock)) {
            // A package may ask for a newer Node to run on than is needed to read it.
            List<String> install = List.of(
                    "npm",
                    "ci",
                    "--engine-strict=false",
                    "--ignore-scripts",
                    "--no-audit",
                    "--no-fund",
                    "--prefer-offline");
            Result result = project.run(install, 240);
            if (result.exitCode() != 0) {
                throw new IllegalStateException("npm could not install what " + sources + "/package.json names"
                        + " (without a network, leave this test out with -Dsatchel.npm.tests=none):\n"
                        + result.output());
            }
            Files.writeString(installed, lock);
        }
        return project;
    }

    /** Runs a program in the folder of the project. */
    public Result run(List<String> command, int seconds) throws IOException, InterruptedException {
        Path output = Files.createTempFile("npm", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IllegalStateException("'" + String.join(" ", command) + "' was not done after " + seconds
                        + " seconds:\n" + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    /** How a program ended, and what it printed. */
    public record Result(int exitCode, String output) {}
}
