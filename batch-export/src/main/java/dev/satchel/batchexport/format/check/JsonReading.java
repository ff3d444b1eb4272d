package dev.satchel.batchexport.format.check;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** Reads JSON by Jackson, token by token. */
public final class JsonReading {

    // The user's own JSON may be of any depth and its numbers of any length. A table of the names that occur would grow
    // with the file.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .build();

    private JsonReading() {}

    /** Reads a text that is in memory, so that the places of tokens are places in it. */
    public static JsonParser parser(String text) {
        return FACTORY.createParser(ObjectReadContext.empty(), text);
    }

    static JsonParser parser(InputStream in) {
        return FACTORY.createParser(ObjectReadContext.empty(), in);
    }

    /** Moves on to the next token, which must be that one. */
    static void expect(JsonParser json, JsonToken token) throws UnreadableContentException {
        require(json.nextToken(), token);
    }

    private static String described(@Nullable JsonToken token) {
        if (token == null) {
            return "the end of the file";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case END_OBJECT -> "the end of an object";
            case START_ARRAY -> "an array";
            case END_ARRAY -> "the end of an array";
            case PROPERTY_NAME -> "a name";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "an integer";
            default -> "another value";
        };
    }

    /** Refuses another token than the expected one. */
    static void require(@Nullable JsonToken found, JsonToken expected) throws UnreadableContentException {
        if (found != expected) {
            throw new UnreadableContentException(
                    described(found) + " stands where " + described(expected) + " is expected");
        }
    }
}
