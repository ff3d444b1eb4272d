package dev.satchel.batchexport.schema;

import java.sql.SQLException;
import java.util.stream.Collectors;

/** The pre-flight found what stops the migration; nothing was changed. */
public final class PreflightException extends SQLException {

    private static final long serialVersionUID = 1L;

    private final transient Preflight.Report report;

    PreflightException(Preflight.Report report) {
        super(report.blocking().stream()
                .map(Preflight.Finding::toString)
                .collect(Collectors.joining("\n", "nothing was changed, because the pre-flight found:\n", "")));
        this.report = report;
    }

    /** Everything that was found, the good news too. */
    public Preflight.Report report() {
        return report;
    }
}
