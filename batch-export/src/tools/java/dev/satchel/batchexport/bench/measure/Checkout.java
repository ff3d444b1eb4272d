package dev.satchel.batchexport.bench.measure;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The checkout that this program was built in. */
public final class Checkout {

    private Checkout() {}

    /** The folder of a module. */
    public static Path module(String name) {
        try {
            // batch-export/target/test-classes
            Path classes = Path.of(Checkout.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return classes.resolve("../../..").normalize().resolve(name);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
