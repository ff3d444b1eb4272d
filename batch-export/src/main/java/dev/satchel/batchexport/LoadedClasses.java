package dev.satchel.batchexport;

import dev.satchel.batchexport.cli.SatchelCommand;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.log.ProgramLog;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import org.slf4j.LoggerFactory;

/**
 * Loads the classes that a command may need and ends, without a database or a store. The launcher runs it once per
 * build, with the option of Java that writes what is loaded to an archive, from which later starts take it.
 */
final class LoadedClasses {

    // Flyway and the SDK of AWS are left out: most commands need neither, and they are as large as the rest together.
    private static final Pattern NEEDED = Pattern.compile("(dev/satchel|picocli|ch/qos/logback|org/slf4j"
            + "|org/springframework/(core|util|lang|beans|context|aop|expression|jdbc|transaction|dao|batch|boot)"
            + "|org/postgresql|com/ongres|com/zaxxer|io/micrometer|tools/jackson|org/snakeyaml|org/apache/commons)/.*");

    private static final String CLASS = ".class";

    private LoadedClasses() {}

    /** Loads the classes in the jars of the class path. */
    public static void main(String[] args) throws IOException {
        ProgramLog.configure();
        LoggerFactory.getLogger(LoadedClasses.class).debug("logging is set up");
        PrintWriter nowhere = new PrintWriter(PrintWriter.nullWriter());
        SatchelCommand.run(
                new Console(Map.of(), InputStream.nullInputStream(), nowhere, nowhere, false),
                "export",
                "run",
                "--help");
        for (String jar : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
            for (String name : classes(jar)) {
                load(name);
            }
        }
    }

    private static List<String> classes(String path) throws IOException {
        try (JarFile jar = new JarFile(path)) {
            return jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(CLASS) && NEEDED.matcher(name).matches())
                    .map(name ->
                            name.substring(0, name.length() - CLASS.length()).replace('/', '.'))
                    .toList();
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, LoadedClasses.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError optional) {
            // A library has classes for other libraries that are not there.
            return;
        }
    }
}
