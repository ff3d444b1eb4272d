package dev.satchel.batchexport;

import dev.satchel.batchexport.cli.SatchelCommand;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.log.ProgramLog;
import java.util.Map;
import software.amazon.awssdk.utils.internal.SystemSettingUtilsTestBackdoor;

/** Where the program starts. */
public final class Satchel {

    private Satchel() {}

    /** Runs one command and ends the process with its exit code: 0 done, 1 failed, 2 wrong call. */
    public static void main(String[] args) {
        ProgramLog.configure();
        forgetEmptyVariablesOfAws(System.getenv());
        System.exit(SatchelCommand.run(Console.ofProcess(), args));
    }

    // An empty setting counts as unset, but the AWS SDK reads its variables itself and stops at an empty one: at a
    // region,
    // a profile or a number of attempts alike. This is the one door it has for taking a variable away.
    private static void forgetEmptyVariablesOfAws(Map<String, String> environment) {
        environment.forEach((name, value) -> {
            if (name.startsWith("AWS_") && value.isBlank()) {
                SystemSettingUtilsTestBackdoor.addEnvironmentVariableOverride(name, null);
            }
        });
    }
}
