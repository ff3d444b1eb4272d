package dev.satchel.batchexport.cli.keys;

import dev.satchel.keys.Provider;
import java.util.Arrays;
import java.util.Iterator;

/** What {@code --provider} takes, for its help. */
final class ProviderCodes implements Iterable<String> {

    @Override
    public Iterator<String> iterator() {
        return Arrays.stream(Provider.values()).map(Provider::code).iterator();
    }
}
