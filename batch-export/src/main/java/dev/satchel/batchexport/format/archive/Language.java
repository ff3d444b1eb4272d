package dev.satchel.batchexport.format.archive;

import java.util.Locale;
import java.util.Optional;

/** A language in which an archive can speak to the person whose data it is. */
public enum Language {
    ENGLISH("en"),
    SPANISH("es");

    private final String code;

    Language(String code) {
        this.code = code;
    }

    /** Its code in ISO 639-1, for example {@code en}; also what {@code <html lang>} takes. */
    public String code() {
        return code;
    }

    /** How dates and numbers are written in it. */
    public Locale locale() {
        return Locale.forLanguageTag(code);
    }

    /** The language that a tag of BCP 47 names, such as {@code es}, {@code es-MX} or {@code es_MX}. */
    public static Optional<Language> find(String tag) {
        String wanted = Locale.forLanguageTag(tag.strip().replace('_', '-')).getLanguage();
        for (Language language : values()) {
            if (language.code.equals(wanted)) {
                return Optional.of(language);
            }
        }
        return Optional.empty();
    }
}
