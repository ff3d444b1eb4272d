package dev.satchel.batchexport.bench.survival;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** What Maven built in this checkout. */
final class BuiltModule {

    private BuiltModule() {}

    /** The folder {@code target} of the module in that folder of the checkout. */
    static Path of(String module) {
        try {
            // batch-export/target/test-classes
            Path classes = Path.of(BuiltModule.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return classes.resolve("../../..").normalize().resolve(module).resolve("target");
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
