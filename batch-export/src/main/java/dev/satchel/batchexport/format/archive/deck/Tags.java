package dev.satchel.batchexport.format.archive.deck;

import dev.satchel.batchexport.format.archive.words.Word;
import java.text.Normalizer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tags of a note, by which a learner finds it: the phase of the word, and the list that it is in. */
final class Tags {

    private Tags() {}

    /** As Anki stores them: separated by spaces, one before the first and one after the last; empty if there is none. */
    static String of(Word word) {
        String tags = Stream.of(tag("phase", word.phase()), tag("list", word.list()))
                .filter(tag -> !tag.isEmpty())
                .collect(Collectors.joining(" "));
        return tags.isEmpty() ? "" : " " + tags + " ";
    }

    // Two colons begin a part of a tag, and spaces, quotes and control characters cannot be in one.
    private static String tag(String kind, @Nullable String name) {
        if (name == null) {
            return "";
        }
        String valid = Normalizer.normalize(name, Normalizer.Form.NFC)
                .replaceAll("[\\p{Cntrl}\\p{Z}\\s\":]+", "_")
                .replaceAll("^_+|_+$", "");
        return valid.isEmpty() ? "" : kind + "::" + valid;
    }
}
