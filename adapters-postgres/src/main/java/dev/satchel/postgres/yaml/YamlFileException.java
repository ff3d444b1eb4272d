package dev.satchel.postgres.yaml;

/** A file of settings violates its format. The message says where, why, and what is allowed. */
public final class YamlFileException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public YamlFileException(String message) {
        super(message);
    }
}
