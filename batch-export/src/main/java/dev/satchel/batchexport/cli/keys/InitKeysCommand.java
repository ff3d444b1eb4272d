package dev.satchel.batchexport.cli.keys;

import dev.satchel.batchexport.settings.KekAddress;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "init",
        description = {
            "Makes the file of key-encryption keys that SATCHEL_KEK names.",
            "Its owner alone can read it, and an existing file is never overwritten. Without the file no sealed key can"
                    + " be opened again: keep a copy, apart from backups.",
            "A key in AWS KMS is made in AWS KMS."
        },
        footerHeading = """

                Example:
                  SATCHEL_KEK=file:/etc/satchel/kek.json satchel keys init
                """)
final class InitKeysCommand implements Callable<Integer> {

    private final Console console;

    InitKeysCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        KekAddress address = new Settings(console.environment()).kekAddress();
        if (address instanceof KekAddress.File file) {
            FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.create(file.path());
            console.out().println("made " + file.path() + " with the key " + keys.primaryId());
        } else {
            console.out().println("there is nothing to make: the key is made and kept in AWS KMS");
        }
        return 0;
    }
}
