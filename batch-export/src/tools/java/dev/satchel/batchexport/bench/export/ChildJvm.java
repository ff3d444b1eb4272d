package dev.satchel.batchexport.bench.export;

import dev.satchel.batchexport.bench.measure.Checkout;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM with this one's Java, class path, compiler and collector, so that both are comparable, and with the options of Java
 * that an installation has.
 */
final class ChildJvm {

    private ChildJvm() {}

    static ProcessBuilder of(Class<?> main, String... arguments) {
        return of(List.of(), main, arguments);
    }

    static ProcessBuilder of(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + Checkout.module("batch-export").resolve("src/distribution/lib/java.options"));
        command.addAll(compilerAndCollector());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private static List<String> compilerAndCollector() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-XX:TieredStopAtLevel=") || option.matches("-XX:[+-]Use\\w+GC"))
                .toList();
    }
}
