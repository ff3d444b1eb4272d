package example.broken.stranger;

import org.assertj.core.api.Assertions;

/** Needs more than the JDK, so that a test can see the rule against it bite. */
public final class NeedsAssertJ {

    private NeedsAssertJ() {}

    public static void fail() {
        Assertions.fail("reached");
    }
}
