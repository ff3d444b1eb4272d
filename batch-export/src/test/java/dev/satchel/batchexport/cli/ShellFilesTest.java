package dev.satchel.batchexport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.batchexport.terminal.Console;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The completions and the manual page, as the build writes them. */
class ShellFilesTest {

    @TempDir
    Path share;

    private Path bash;
    private Path zsh;
    private Path manual;

    @BeforeEach
    void write() throws Exception {
        ShellFiles.main(new String[] {share.toString()});
        bash = share.resolve("bash-completion/completions/satchel");
        zsh = share.resolve("zsh/site-functions/_satchel");
        manual = share.resolve("man/man1/satchel.1");
    }

    @ParameterizedTest
    @CsvSource({
        "ex, export",
        "export re, request retry",
        "export run --w, --watch",
        "export list --st, --status --stacktrace",
        "completion z, zsh",
        "export list --status fa, failed",
        "export request --format c, csv",
        "keys set --provider o, openai"
    })
    void completesACall(String typed, String completed) throws Exception {
        Path script = Files.writeString(share.resolve("complete.sh"), """
                source %s
                # Bash has it while somebody types only.
                compopt() { :; }
                COMP_WORDS=(satchel %s)
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                COMP_LINE="${COMP_WORDS[*]}"
                COMP_POINT=${#COMP_LINE}
                _complete_satchel
                printf '%%s\\n' "${COMPREPLY[@]}"
                """.formatted(bash, typed));

        assertThat(run("bash", script.toString()).lines().map(String::strip))
                .containsExactlyInAnyOrder(completed.split(" "));
    }

    @Test
    void completionForZshIsFoundByItsFirstLineAndAnswersTheFirstTime() throws Exception {
        String script = Files.readString(zsh);

        assertThat(script)
                .startsWith("#compdef satchel\n")
                .contains(Files.readString(bash))
                .endsWith("\nif [ \"${funcstack[1]-}\" = _satchel ]; then\n"
                        + "  _bash_complete -o default -F _complete_satchel\nfi\n");
    }

    @Test
    void commandPrintsTheSame() throws Exception {
        assertThat(satchel("completion", "bash").out()).isEqualTo(Files.readString(bash));
        assertThat(satchel("completion", "zsh").out()).isEqualTo(Files.readString(zsh));
        assertThat(satchel("completion", "fish"))
                .isEqualTo(new Result(2, "", "satchel: unknown shell 'fish': expected bash or zsh\n"));
    }

    @Test
    void manualHasEachCommandOptionAndExample() throws Exception {
        String page = Files.readString(manual).replace("\\-", "-").replace("\\(aq", "'");
        PrintWriter nowhere = new PrintWriter(PrintWriter.nullWriter());
        CommandLine satchel = SatchelCommand.commandLine(
                new Console(Map.of(), InputStream.nullInputStream(), nowhere, nowhere, false));

        assertThat(page).startsWith(".TH \"SATCHEL\" 1 ");
        assertThat(HelpTest.leaves()).hasSizeGreaterThan(25).allSatisfy(command -> {
            String section = section(page, command.getCommandSpec().qualifiedName());
            assertThat(command.getCommandSpec().options().stream().filter(option -> !option.inherited()))
                    .allSatisfy(option -> assertThat(option.usageHelp() || option.versionHelp() ? page : section)
                            .contains(option.longestName()));
            assertThat(section).contains(Examples.of(command).toArray(String[]::new));
        });
        assertThat(page)
                .contains(
                        satchel.getCommandSpec().usageMessage().description()[0].substring(1, 30));
    }

    private static String section(String page, String command) {
        String[] parts = page.split("\\.SS \"" + command + "\"\n", -1);
        assertThat(parts).as(command).hasSize(2);
        return parts[1].split("\n\\.S[SH] ", -1)[0];
    }

    /** Every line is a request that man(7) has, or text that is no request, in characters that every program can show. */
    @Test
    void manualIsWellFormed() throws Exception {
        List<String> lines = Files.readAllLines(manual);

        assertThat(lines).allMatch(line -> line.matches("\\.(TH|SH|SS) .+|\\.(TP|PP|RE|nf|fi|nh|ad l|RS 4)|[^.'].*"));
        assertThat(lines).allMatch(line -> line.chars().allMatch(point -> point >= 0x20 && point < 0x7F));
        assertThat(lines.stream().filter(line -> line.startsWith(".SH")))
                .containsExactly(
                        ".SH \"NAME\"",
                        ".SH \"SYNOPSIS\"",
                        ".SH \"DESCRIPTION\"",
                        ".SH \"OPTIONS\"",
                        ".SH \"COMMANDS\"",
                        ".SH \"EXIT STATUS\"",
                        ".SH \"ENVIRONMENT\"");
    }

    private static Result satchel(String... call) {
        return Installation.satchel(Map.of(), call);
    }

    private String run(String... command) throws Exception {
        Path output = share.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        int exit = Installation.ended(process);
        assertThat(exit).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }
}
