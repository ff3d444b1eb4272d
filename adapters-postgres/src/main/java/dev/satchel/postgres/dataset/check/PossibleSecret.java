package dev.satchel.postgres.dataset.check;

import dev.satchel.postgres.dataset.SourceType;
import dev.satchel.postgres.dataset.check.LiveCatalogue.LiveColumn;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells by name and type whether a column may hold a secret. */
final class PossibleSecret {

    private static final Pattern NAME = Pattern.compile(
            "(^|_)(api_?keys?|access_?keys?|private_?keys?|secret_?keys?|encryption_?keys?|session_?keys?|pass(word|wd|phrase|code)?s?|pwd|pw"
                    + "|secrets?|tokens?|hash(es)?|salts?|otp|totp|pin|cvv|cvc|credentials?|nonce|signature|cipher(text)?"
                    + "|encrypted|recovery(_codes?)?|confirmation(_code)?|jwt|cookies?|iban|card_?number)(_|$)");

    /** Types that hold no secrets, even if the name of the column mentions one, such as password_changed_at. */
    private static final Set<SourceType> HARMLESS = Set.of(
            SourceType.BOOLEAN,
            SourceType.INTEGER,
            SourceType.NUMERIC,
            SourceType.FLOAT,
            SourceType.DATE,
            SourceType.TIMESTAMP,
            SourceType.TIMESTAMPTZ);

    private PossibleSecret() {}

    /** Why the column may hold a secret; empty if nothing says so. */
    static Optional<String> reason(LiveColumn column) {
        SourceType type = SourceType.of(column.type());
        if (type == SourceType.BYTEA || column.type().base().equals("_bytea")) {
            return Optional.of("holds bytes, which may be a key or a hash");
        }
        // Converts orderToken and order-token to order_token.
        String name = column.name()
                .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .replaceAll("[^A-Za-z0-9]+", "_")
                .toLowerCase(Locale.ROOT);
        return !HARMLESS.contains(type) && NAME.matcher(name).find()
                ? Optional.of("has a name that looks like a secret")
                : Optional.empty();
    }
}
