package dev.satchel.batchexport.attack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What the contract of {@code verify} says that each role may do, and nothing more. */
final class ContractedRights {

    private static final Pattern GRANT =
            Pattern.compile("grant on (table|view|column|sequence|function|schema) (.+) to (\\w+): (.+)");

    private final Set<String> rights = new HashSet<>();

    ContractedRights() {
        try (var file = ContractedRights.class.getResourceAsStream(
                "/dev/satchel/batchexport/schema/catalog/SchemaContract.txt")) {
            new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                var grant = GRANT.matcher(line);
                if (grant.matches()) {
                    for (var privilege : grant.group(4).split(", ")) {
                        rights.add(privilege + " on " + grant.group(2) + " to " + grant.group(3));
                    }
                }
            });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Whether any of the privileges on the object is granted to one of the roles or to everybody. */
    boolean allow(String role, List<String> privileges, String object) {
        return rights.stream()
                .anyMatch(right -> privileges.stream()
                        .anyMatch(privilege -> right.equals(privilege + " on " + object + " to " + role)
                                || right.equals(privilege + " on " + object + " to PUBLIC")
                                // A worker is a member of satchel_runtime, and so of every role that belongs to it.
                                || (role.equals("worker")
                                        && right.startsWith(privilege + " on " + object + " to satchel_"))));
    }
}
