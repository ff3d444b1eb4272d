package dev.satchel.batchexport.terminal.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each format of the log, as the program's own configuration makes it. */
class LogFormatsTest {

    private static final String EVIL =
            "evil\u001B[2J\u009B31m\u007F\u202E\u2066\u200B\uFEFF\u2028 \"msg\" \\ level=x\r\nforged";

    private static final String PROPERTY = "satchel.log-format";

    private final LoggerContext context = new LoggerContext();

    @AfterEach
    void reset() {
        System.clearProperty(PROPERTY);
        context.stop();
    }

    private List<String> logged(String format) {
        System.setProperty(PROPERTY, format);
        ProgramLogging.configure(context, new LogbackMDCAdapter());
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        ConsoleAppender<ILoggingEvent> appender = (ConsoleAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stderr");
        appender.setOutputStream(lines);
        Logger log = context.getLogger("dev.satchel.Some");
        log.info(EVIL);
        log.error("failed {}", 1, new IllegalStateException(EVIL));
        return lines.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "ecs", "logfmt", "ECS", "unknown"})
    void letsNothingThroughThatATerminalWouldObey(String format) {
        assertThat(logged(format))
                .hasSizeGreaterThan(1)
                .allMatch(line ->
                        line.chars().allMatch(character -> character == '\t' || (character >= ' ' && character < 0x7F)))
                .noneMatch(line -> line.startsWith("forged"));
    }

    @Test
    void writesOneDocumentPerEventInTheElasticCommonSchema() {
        List<JsonNode> events =
                logged("ecs").stream().map(JsonMapper.shared()::readTree).toList();

        assertThat(events).hasSize(2);
        JsonNode info = events.get(0);
        assertThat(info.path("message").asString()).isEqualTo(EVIL);
        assertThat(info.path("log.level").asString()).isEqualTo("INFO");
        assertThat(info.path("service.name").asString()).isEqualTo("satchel");
        assertThat(info.path("@timestamp").asString()).endsWith("Z");
        assertThat(info.path("ecs.version").asString()).isNotEmpty();
        assertThat(events.get(1).path("error.type").asString()).isEqualTo("java.lang.IllegalStateException");
        assertThat(events.get(1).path("error.stack_trace").asString()).contains("LogFormatsTest");
    }

    @Test
    void writesTimeLevelAndMessageAndTheTraceBelowThemAsText() {
        List<String> lines = logged("text");

        assertThat(lines.get(0)).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  evil.*forged");
        assertThat(lines.get(1)).matches("\\S+Z ERROR failed 1");
        assertThat(lines.get(2)).startsWith("java.lang.IllegalStateException: evil");
        assertThat(lines.get(3)).startsWith("\tat ");
    }

    @Test
    void writesOneLinePerEventInLogfmt() {
        List<String> events = logged("logfmt");

        assertThat(events).hasSize(2);
        assertThat(events.get(0))
                .matches("time=\\S+Z level=INFO logger=dev\\.satchel\\.Some msg=\"(?:[^\"\\\\]++|\\\\.)*+\"")
                .contains("\\u001B[2J", "\\\"msg\\\" \\\\ level=x\\r\\nforged");
        assertThat(events.get(1))
                .matches("time=\\S+Z level=ERROR logger=\\S+ msg=\"failed 1\" error=\"(?:[^\"\\\\]++|\\\\.)*+\"");
    }
}
