package dev.satchel.batchexport.cli.export;

import dev.satchel.UserId;
import dev.satchel.batchexport.format.seal.Recipient;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.delivery.RefusedRecipientException;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.filter.RecipientKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "request",
        description = {
            "Asks for exports and prints their ids.",
            "While an equal request is under way, its id is printed and nothing is added."
        },
        footerHeading = """

                Examples:
                  satchel export request --user "$ID" --type all --format json --compress gzip
                  satchel export request --user "$ID" --type all --format archive
                  satchel export request --user "$ID" --type qa --format csv --encrypt-to me.asc
                  satchel export request --all-users --type all --format jsonl --from 2026-01-01
                  satchel export request --users users.csv --type all --format csv
                """)
final class RequestCommand implements Callable<Integer> {

    /** Many times what a request may hold, for the signatures of others, which are left out. */
    private static final int LARGEST_KEY_FILE = 64 * 1024;

    private final Console console;

    @ArgGroup(multiplicity = "1")
    Users users = new Users();

    @Option(
            names = "--type",
            required = true,
            paramLabel = "TYPE",
            description = "The data: the name of a dataset, or all; 'satchel datasets list' prints the names.")
    String type = "";

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            completionCandidates = Candidates.Formats.class,
            description = "The file: csv, json, jsonl, or archive, a ZIP for the person whose data it is.")
    String format = "";

    @Option(names = "--from", paramLabel = "DATE", description = "The first day, such as 2026-01-31.")
    @Nullable
    String from;

    @Option(names = "--to", paramLabel = "DATE", description = "The last day, included.")
    @Nullable
    String to;

    @Option(
            names = "--zone",
            paramLabel = "ZONE",
            description = "The time zone of those days, such as Europe/Madrid; UTC when left out.")
    @Nullable
    String zone;

    @Option(
            names = "--difficulty",
            paramLabel = "LEVEL",
            completionCandidates = Candidates.Difficulties.class,
            description = "Only words that are beginner, intermediate or advanced.")
    @Nullable
    String difficulty;

    @Option(
            names = "--phase",
            paramLabel = "PHASE",
            completionCandidates = Candidates.Phases.class,
            description = "Only words that are new, learning, review or mastered.")
    @Nullable
    String phase;

    @Option(
            names = "--compress",
            paramLabel = "METHOD",
            completionCandidates = Candidates.Compressions.class,
            description = "Compress the file with gzip or zstd; it is not compressed when left out.")
    @Nullable
    String compress;

    @Option(
            names = "--encrypt-to",
            paramLabel = "FILE",
            description = "Encrypt the file to the OpenPGP public key in this file, which is that of the one user.")
    @Nullable
    Path encryptTo;

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            completionCandidates = Candidates.Profiles.class,
            description = "access: every column, the default. portability: those that the user provided or that were"
                    + " recorded of their use, without what the application derived.")
    @Nullable
    String profile;

    RequestCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        List<ExportRequest> requests = new ArrayList<>();
        Settings settings = new Settings(console.environment());
        ExportType wantedType;
        ExportFormat wantedFormat;
        ExportFilters filters;
        try {
            wantedType = settings.datasets().catalogue().type(type);
            wantedFormat = ExportFormat.of(format);
            List<UserId> listed = users.listed();
            if (encryptTo != null && (users.all || listed.stream().distinct().count() != 1)) {
                throw new UsageException("--encrypt-to takes the key of one person, and the exports are those of "
                        + (users.all ? "all users" : listed.size() + " users")
                        + ": name the one user whose key it is with --user");
            }
            filters = ExportFilters.of(filterTexts());
            // Also for --all-users: a filter that does not fit the type is refused before the database is
            // asked.
            new ExportRequest(new UserId(new UUID(0, 0)), wantedType, wantedFormat, filters);
            for (UserId user : listed) {
                requests.add(new ExportRequest(user, wantedType, wantedFormat, filters));
            }
        } catch (IllegalArgumentException malformed) {
            throw new UsageException(malformed.getMessage());
        }
        // One transaction: where one of the users does not exist, no export is asked for.
        List<UUID> ids = settings.database().inOneTransaction(dataSource -> {
            ExportHistory history = settings.satchel(dataSource).exportHistory();
            return users.all
                    ? history.requestForAllUsers(wantedType, wantedFormat, filters)
                    : requests.stream()
                            .map(request -> history.request(request).id())
                            .toList();
        });
        ids.forEach(console.out()::println);
        return 0;
    }

    private Map<String, String> filterTexts() {
        Map<String, String> texts = new TreeMap<>();
        put(texts, "from", from);
        put(texts, "to", to);
        put(texts, "zone", zone);
        put(texts, "difficulty", difficulty);
        put(texts, "phase", phase);
        put(texts, "compress", compress);
        if (encryptTo != null) {
            texts.put("encrypt_to", recipientKey(encryptTo).text());
        }
        put(texts, "profile", profile);
        return texts;
    }

    private static RecipientKey recipientKey(Path file) {
        try (InputStream key = Files.newInputStream(file)) {
            byte[] bytes = key.readNBytes(LARGEST_KEY_FILE + 1);
            if (bytes.length > LARGEST_KEY_FILE) {
                throw new UsageException("the file " + file + " has more than " + LARGEST_KEY_FILE
                        + " bytes, and is no public key of one person: export yours with gpg --armor --export-options"
                        + " export-minimal --export and your address");
            }
            return Recipient.of(bytes, Instant.now()).toKey();
        } catch (RefusedRecipientException | IllegalArgumentException refused) {
            throw new UsageException(file + ": " + refused.getMessage());
        } catch (IOException unreadable) {
            throw new UsageException("the file " + file + " cannot be read: "
                    + unreadable.getClass().getSimpleName());
        }
    }

    private static void put(Map<String, String> texts, String name, @Nullable String value) {
        if (value != null) {
            texts.put(name, value);
        }
    }

    /** Whose data: exactly one of these. */
    static final class Users {

        @Option(names = "--user", required = true, paramLabel = "ID", description = "The id of the user.")
        @Nullable
        String one;

        @Option(
                names = "--users",
                required = true,
                paramLabel = "FILE.csv",
                description = "A CSV file whose column user_id names the users.")
        @Nullable
        Path file;

        @Option(names = "--all-users", required = true, description = "Every user there is.")
        boolean all;

        List<UserId> listed() {
            if (one != null) {
                return List.of(UserId.parse(one));
            }
            return file == null ? List.of() : UserFile.read(file);
        }
    }
}
