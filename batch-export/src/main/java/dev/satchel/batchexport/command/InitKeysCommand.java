package dev.satchel.batchexport.command;

import dev.satchel.postgres.FileKeyEncryptionKeys;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "init",
        description = {
            "Makes the file of key-encryption keys that SATCHEL_KEK names, readable by its owner alone.",
            "Never overwrites one. Without the file no sealed key can be opened again: keep a copy, apart from backups."
        })
final class InitKeysCommand implements Callable<Integer> {

    private final Console console;

    InitKeysCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        KekAddress address = new Settings(console.environment()).kekAddress();
        FileKeyEncryptionKeys keys = Kek.refused(() -> FileKeyEncryptionKeys.create(address.file()));
        console.out().println("made " + address.file() + " with the key " + keys.primaryId());
        return 0;
    }
}
