package dev.satchel.batchexport;

import dev.satchel.batchexport.command.Console;
import dev.satchel.batchexport.command.SatchelCommand;
import dev.satchel.batchexport.terminal.ProgramLog;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkSystemSetting;

/** Where the program starts. */
public final class Satchel {

    private Satchel() {}

    /** Runs one command and ends the process with its exit code: 0 done, 1 failed, 2 wrong call. */
    public static void main(String[] args) {
        ProgramLog.configure();
        ignoreEmptyEndpoints(System.getenv());
        System.exit(SatchelCommand.run(Console.ofProcess(), args));
    }

    // An empty setting counts as unset; the AWS SDK reads these itself, and would take an empty one for an address.
    private static void ignoreEmptyEndpoints(Map<String, String> environment) {
        List<String> endpoints = environment.entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("AWS_ENDPOINT_URL"))
                .map(Map.Entry::getValue)
                .toList();
        if (!endpoints.isEmpty() && endpoints.stream().allMatch(String::isBlank)) {
            System.setProperty(SdkSystemSetting.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS.property(), "true");
        }
    }
}
