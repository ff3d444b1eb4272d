package dev.satchel.batchexport.page;

/** One of the colours of a chart, each with a meaning of its own, and the words for it in the legend. */
public record Series(String name, Colour colour) {

    /** What a colour says. The styles choose the colours, which colour-blind people can tell apart. */
    public enum Colour {
        GOOD("good"),
        BAD("bad"),
        WAITING("waiting"),
        CANCELLED("cancelled"),
        ACTIVE("active"),
        /** A mark of a single value. */
        MARK("mark");

        private final String style;

        Colour(String style) {
            this.style = style;
        }
    }

    String style() {
        return colour.style;
    }
}
