package example.broken.cycle.one;

import example.broken.cycle.two.Two;

/** Knows a feature that knows this one, so that a test can see the rule against it bite. */
public record One(Two two) {}
