package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service of somebody else's, made with Spring Boot, that has the program's jar on its class path: its log, its
 * migrations and its settings stay its own.
 */
class HostingServiceIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";

    private static final String SERVICE = """
            package com.example.shop;

            import dev.satchel.batchexport.terminal.Console;
            import dev.satchel.batchexport.cli.SatchelCommand;
            import java.io.InputStream;
            import java.io.PrintWriter;
            import org.slf4j.LoggerFactory;
            import org.springframework.boot.SpringApplication;
            import org.springframework.boot.autoconfigure.SpringBootApplication;
            import org.springframework.boot.logging.LogLevel;
            import org.springframework.boot.logging.LoggingSystem;
            import org.springframework.jdbc.core.simple.JdbcClient;

            @SpringBootApplication
            public class Shop {

                public static void main(String[] args) {
                    try (var shop = SpringApplication.run(Shop.class, args)) {
                        var log = LoggerFactory.getLogger(Shop.class);
                        log.info("goods: " + shop.getBean(JdbcClient.class)
                                .sql("SELECT name FROM shop.goods").query(String.class).list());
                        shop.getBean(LoggingSystem.class).setLogLevel("com.example.shop", LogLevel.DEBUG);
                        for (int run = 1; run <= 2; run++) {
                            var console = new Console(System.getenv(), InputStream.nullInputStream(),
                                    new PrintWriter(System.out, true), new PrintWriter(System.out, true), false);
                            log.info("run " + run + " ended with " + SatchelCommand.run(console, "export", "run"));
                        }
                        log.debug("still told everything");
                        LoggerFactory.getLogger("org.springframework.shop").info("Spring too");
                    }
                }
            }
            """;

    private static final String LOGBACK = """
            <configuration>
              <appender name="stdout" class="ch.qos.logback.core.ConsoleAppender">
                <encoder>
                  <pattern>[shop] %level %logger{0} %msg%n</pattern>
                </encoder>
              </appender>
              <root level="INFO">
                <appender-ref ref="stdout"/>
              </root>
            </configuration>
            """;

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    private Path service;

    @BeforeEach
    void buildTheService() throws IOException {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("CREATE SCHEMA shop");
        service = Files.createDirectory(folder.resolve("service"));
        write("logback.xml", LOGBACK);
        write("db/migration/V1__goods.sql", "CREATE TABLE shop.goods AS SELECT 'apples' AS name");
        write("application.properties", "spring.flyway.default-schema=shop\nspring.main.web-application-type=none\n");
        Path source = Files.createDirectories(folder.resolve("source")).resolve("Shop.java");
        Files.writeString(source, SERVICE);
        StringWriter said = new StringWriter();
        var compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler.getTask(
                                said,
                                null,
                                null,
                                List.of("-d", service.toString(), "-cp", classPath()),
                                null,
                                compiler.getStandardFileManager(null, null, null)
                                        .getJavaFileObjects(source))
                        .call())
                .as(said.toString())
                .isTrue();
    }

    @Test
    void migratesLogsAndExports() throws Exception {
        satchel.sql("INSERT INTO users (id, email) VALUES ('" + LEARNER + "', 'ana@example.org')");
        satchel.satchel("export", "request", "--user", LEARNER, "--type", "profile", "--format", "csv")
                .succeeded();

        // Flyway looks below its folder too, so this finds what the folder that it usually has would show it, and more.
        String log = run("--spring.flyway.locations=classpath:db");

        assertThat(log)
                .contains(
                        "[shop] INFO Shop Started Shop in ",
                        "[shop] INFO Shop goods: [apples]",
                        "[shop] INFO RunLog export ",
                        "[shop] INFO Shop run 1 ended with 0",
                        "[shop] INFO Shop run 2 ended with 0",
                        "[shop] DEBUG Shop still told everything",
                        "[shop] INFO shop Spring too");
        assertThat(satchel.value("SELECT status FROM export_history")).isEqualTo("completed");
        assertThat(satchel.value("SELECT string_agg(script, ' ') FROM shop.flyway_schema_history"))
                .endsWith("V1__goods.sql")
                .doesNotContain(" ");
    }

    /** A name that others have too would take the place of theirs, or theirs of ours. */
    @Test
    void putsNothingOnTheClassPathThatOthersLookFor() throws IOException {
        for (String classes : List.of(
                "target/classes",
                "../migrations/target/classes",
                "../domain/target/classes",
                "../adapters-postgres/target/classes")) {
            Path root = Path.of(classes);
            if (!Files.exists(root)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(root)) {
                assertThat(files.filter(Files::isRegularFile)
                                .map(root::relativize)
                                .map(Path::toString)
                                .filter(name ->
                                        !name.matches("dev/satchel/.*|META-INF/spring/.*|satchel-version.properties"
                                                + "|META-INF/(additional-)?spring-(configuration|autoconfigure)-metadata"
                                                + "[.](json|properties)")))
                        .as(classes)
                        .isEmpty();
            }
        }
    }

    private String run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), Installation.SHORT_LIVED, "-cp"));
        command.add(service + File.pathSeparator + classPath());
        command.add("com.example.shop.Shop");
        command.addAll(List.of(arguments));
        Path output = folder.resolve("log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment());
        int exit = Installation.ended(builder.start());
        String log = Files.readString(output);
        assertThat(exit).as(log).isZero();
        return log;
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>(satchel.environment());
        URI owner = URI.create(satchel.database().ownerUrl());
        environment.put("SPRING_DATASOURCE_URL", satchel.database().jdbcUrl());
        environment.put("SPRING_DATASOURCE_USERNAME", owner.getUserInfo().split(":", 2)[0]);
        environment.put("SPRING_DATASOURCE_PASSWORD", owner.getUserInfo().split(":", 2)[1]);
        return environment;
    }

    // The jar stands before the service's own libraries, as it may in any order that a build chooses. Those of Spring
    // Boot
    // are the service's, so they come from the class path of the tests.
    private static String classPath() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            Path jar = files.filter(file ->
                            file.getFileName().toString().matches("satchel-batch-export-[\\d.]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow();
            return Stream.concat(
                            Stream.of(jar.toAbsolutePath().toString()),
                            Stream.concat(
                                    libraries("runtime"),
                                    libraries("test")
                                            .filter(library -> library.matches(
                                                    ".*/org/springframework/boot/spring-boot-(?!test).*"))))
                    .distinct()
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    private static Stream<String> libraries(String scope) throws IOException {
        String classPath = Files.readString(Path.of("target/launcher/" + scope + ".classpath"), StandardCharsets.UTF_8);
        return Stream.of(classPath.strip().split(File.pathSeparator));
    }

    private void write(String name, String text) throws IOException {
        Path file = service.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
