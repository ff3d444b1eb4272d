package dev.satchel.batchexport.schema.migrate;

import dev.satchel.SatchelException;
import dev.satchel.batchexport.schema.check.Check;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pre-flight found what stops the migration; nothing was changed. */
public final class PreflightException extends SatchelException {

    private static final long serialVersionUID = 1L;

    private final transient Preflight.Report report;

    PreflightException(Preflight.Report report) {
        super(lines(report).collect(Collectors.joining("\n")));
        this.report = report;
    }

    private static Stream<String> lines(Preflight.Report report) {
        return Stream.concat(
                Stream.of("nothing was changed, because the pre-flight found:"),
                report.blocking().stream().flatMap(Check::lines));
    }

    /** What stops the migration. */
    @Override
    public List<String> lines() {
        return lines(report).toList();
    }

    /** Everything that was found, the good news too. */
    public Preflight.Report report() {
        return report;
    }
}
