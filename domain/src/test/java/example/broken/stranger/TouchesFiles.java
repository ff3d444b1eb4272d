package example.broken.stranger;

import java.nio.file.Files;
import java.nio.file.Path;

/** Does I/O by itself, so that a test can see the rule against it bite. */
public final class TouchesFiles {

    private TouchesFiles() {}

    public static boolean exists(Path path) {
        return Files.exists(path);
    }
}
