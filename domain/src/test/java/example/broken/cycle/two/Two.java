package example.broken.cycle.two;

import example.broken.cycle.one.One;
import java.util.List;

/** Knows a feature that knows this one, so that a test can see the rule against it bite. */
public record Two(List<One> ones) {

    public One first() {
        return ones.get(0);
    }
}
