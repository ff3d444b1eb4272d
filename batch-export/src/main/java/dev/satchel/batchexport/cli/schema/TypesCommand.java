package dev.satchel.batchexport.cli.schema;

import dev.satchel.batchexport.schema.docs.TypescriptTypes;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.UsageException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "types",
        description = {
            "Prints the types of the live schema 'public' for a programming language.",
            "TypeScript is laid out as @supabase/supabase-js takes it: createClient<Database>."
        },
        footerHeading = """

                Example:
                  satchel types typescript > database.types.ts
                """)
public final class TypesCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "LANGUAGE", description = "The language: typescript.")
    String language = "";

    TypesCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        if (!language.equals("typescript")) {
            throw new UsageException("unknown language '" + language + "': expected typescript");
        }
        console.document(TypescriptTypes.of(
                new Settings(console.environment()).database().plain()));
        return 0;
    }
}
