package dev.satchel.batchexport.store.violation;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.KeyVault.Opening;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Breaks the rules on who may open, read and send keys. */
final class StoreThatOpensKeys {

    private StoreThatOpensKeys() {}

    @FunctionalInterface
    interface Opener {
        Optional<String> open(
                UserId user, Provider provider, Purpose purpose, Opening<String, RuntimeException> opening);
    }

    static Optional<String> byCall(KeyVault vault, UserId user, Purpose purpose) {
        return vault.open(user, Provider.OPENAI, purpose, (key, stored) -> text(key));
    }

    static Opener byReference(KeyVault vault) {
        return vault::open;
    }

    static HttpRequest sent(URI somewhere, ApiKey key) {
        return HttpRequest.newBuilder(somewhere).header("key", text(key)).build();
    }

    private static String text(ApiKey key) {
        return key.revealSecret(characters -> new String(characters, StandardCharsets.US_ASCII));
    }
}
