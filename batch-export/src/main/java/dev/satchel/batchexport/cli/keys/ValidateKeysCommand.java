package dev.satchel.batchexport.cli.keys;

import dev.satchel.UserId;
import dev.satchel.batchexport.cli.metrics.MetricsFileOption;
import dev.satchel.batchexport.cli.metrics.RecordedCommand;
import dev.satchel.batchexport.observe.SatchelJob;
import dev.satchel.batchexport.run.stop.StopOnExit;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.keys.KeyStatus;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Verdict;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import dev.satchel.keys.validation.KeyRevalidation;
import dev.satchel.keys.validation.KeyRevalidation.Round;
import dev.satchel.keys.validation.KeyValidation;
import dev.satchel.keys.validation.ProviderCheck;
import dev.satchel.provider.HttpProviderCheck;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "validate",
        description = {
            "Asks the providers whether they accept the keys, and records what they say.",
            "An answer that proves nothing about a key, such as an outage, changes nothing.",
            "Ends with 1 when a key could not be opened."
        },
        footerHeading = """

                Examples:
                  satchel keys validate --due
                  satchel keys validate --user "$ID"
                """)
final class ValidateKeysCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(ValidateKeysCommand.class);

    /** Longer than a provider is given to answer. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Console console;

    @ArgGroup(multiplicity = "1")
    Which which = new Which();

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            completionCandidates = ProviderCodes.class,
            description = "With --user, one of ${COMPLETION-CANDIDATES}; all when left out.")
    @Nullable
    String provider;

    @Mixin
    MetricsFileOption metrics = new MetricsFileOption();

    ValidateKeysCommand(Console console) {
        this.console = console;
    }

    /** Whose keys. */
    static final class Which {

        @Option(names = "--user", paramLabel = "ID", description = "This user's keys, now.")
        @Nullable
        String user;

        @Option(
                names = "--due",
                description = "Every new key, and every key that was not asked about for a day; for a schedule. At most"
                        + " five questions a second are asked, and a provider that asks for fewer is left alone.")
        boolean due;
    }

    @Override
    public Integer call() throws SQLException {
        if (which.user == null && provider != null) {
            throw new UsageException("--provider goes with --user; --due asks every provider");
        }
        UserId whose = which.user == null ? null : Ids.user(which.user);
        List<Provider> providers =
                provider == null ? Arrays.asList(Provider.values()) : List.of(Kek.provider(provider));
        try (RecordedCommand recorded = metrics.begin(SatchelJob.KEYS_VALIDATE)) {
            ProviderCheck check = recorded.measured(new HttpProviderCheck());
            KeyVault vault = Kek.keyVault(console);
            return whose == null ? validateDue(vault, check, recorded) : validate(vault, check, whose, providers);
        }
    }

    private int validate(KeyVault vault, ProviderCheck check, UserId whose, List<Provider> providers) {
        KeyValidation validation = new KeyValidation(vault, check);
        boolean areAllOpened = true;
        for (KeyStatus status : vault.statuses(whose)) {
            if (!providers.contains(status.provider())) {
                continue;
            }
            String outcome = "not set";
            if (status.isSet()) {
                try {
                    outcome = validation
                            .validate(whose, status.provider())
                            .map(ValidateKeysCommand::said)
                            .orElse("replaced or removed meanwhile");
                } catch (BrokenSealException | UnknownKeyEncryptionKeyException broken) {
                    outcome = "cannot be opened: " + broken.getMessage();
                    areAllOpened = false;
                }
            }
            console.out().printf(Locale.ROOT, "%-10s %s%n", status.provider().code(), outcome);
        }
        return areAllOpened ? 0 : 1;
    }

    private int validateDue(KeyVault vault, ProviderCheck check, RecordedCommand recorded) {
        Round round;
        boolean isStopped;
        try (StopOnExit exit = new StopOnExit(new StopSignal(), GRACE)) {
            round = new KeyRevalidation(vault, check).validateDue(exit.signal()::await);
            isStopped = exit.signal().isStopping();
        }
        console.out()
                .printf(
                        Locale.ROOT,
                        "%d valid, %d invalid, %d unknown, %d not opened%n",
                        round.valid(),
                        round.invalid(),
                        round.unknown(),
                        round.unopened());
        if (!round.leftAlone().isEmpty()) {
            LOG.warn(
                    "left alone before the end, the rest next time: {}",
                    round.leftAlone().stream().map(Provider::title).sorted().collect(Collectors.joining(", ")));
        }
        if (round.unopened() > 0) {
            return 1;
        }
        if (!isStopped) {
            recorded.succeeded();
        }
        return 0;
    }

    private static String said(Verdict verdict) {
        if (verdict instanceof Verdict.Invalid invalid) {
            return "invalid: " + invalid.reason();
        }
        if (verdict instanceof Verdict.Unknown unknown) {
            return "unknown: " + unknown.reason();
        }
        return "valid";
    }
}
