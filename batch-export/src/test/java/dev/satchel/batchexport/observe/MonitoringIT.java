package dev.satchel.batchexport.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.LogLines;
import dev.satchel.batchexport.documents.Documents;
import dev.satchel.batchexport.run.listener.RunLog;
import dev.satchel.export.Failure;
import dev.satchel.postgres.SatchelPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hawkular.agent.prometheus.text.TextPrometheusMetricsProcessor;
import org.hawkular.agent.prometheus.types.Counter;
import org.hawkular.agent.prometheus.types.Gauge;
import org.hawkular.agent.prometheus.types.Histogram;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.hawkular.agent.prometheus.types.MetricType;
import org.hawkular.agent.prometheus.walkers.CollectorPrometheusMetricsWalker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The metrics that real commands write, read by a parser that is not of the library that writes them. Dashboard, alerts and
 * documentation name these and no others.
 */
class MonitoringIT {

    private static final Path DISTRIBUTION = Path.of("src/distribution");

    private static final Set<String> LABELS =
            Set.of("outcome", "format", "provider", "verdict", "satchel_job", "le", "code");

    /** Labels that Prometheus itself adds. */
    private static final Set<String> OF_THE_TARGET = Set.of("job", "instance");

    /** What is read from the database, of which an old file may hold an old value. */
    private static final Pattern GAUGES = Pattern.compile(
            "satchel_(exports_pending|exports_waiting|oldest_pending_seconds|leases_stuck|files_overdue|oldest_overdue_seconds)");

    private static final String SUCCESSES = "satchel_job_last_success_timestamp_seconds{";

    private static final String NEWEST = "and on (job, instance) topk(1, satchel_gauges_read_timestamp_seconds";

    @TempDir
    static Path folder;

    private static Installation satchel;
    private static Path file;
    private static List<MetricFamily> families;
    private static double bytes;

    @BeforeAll
    static void runEachCommandOnce() throws IOException {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.requestOfNewUser();
        new SatchelPostgres(satchel.database().workerDataSource())
                .exportHistory()
                .claim("a worker that stopped answering", Duration.ofMinutes(1))
                .orElseThrow();
        satchel.sql("UPDATE satchel.export_lease SET expires_at = now() - interval '1 second'");
        satchel.requestOfNewUser();
        satchel.sql("INSERT INTO users (id, email) VALUES (gen_random_uuid(), 'canary@example.org')");
        satchel.sql("INSERT INTO export_history (user_id, export_type, export_format)"
                + " SELECT id, 'nonsense', 'csv' FROM users WHERE email = 'canary@example.org'");
        file = folder.resolve("satchel.prom");
        Map<String, String> settings = settings();
        Installation.satchel(settings, "keys", "init").succeeded();

        Installation.Result run = Installation.satchel(settings, "export", "run", "--metrics-file", file.toString());
        assertThat(run.exit()).as(run.err()).isEqualTo(1);
        assertThat(Files.readString(file)).doesNotContain(SUCCESSES);
        Installation.satchel(settings, "export", "run", "--metrics-file", file.toString())
                .succeeded();
        Installation.satchel(settings, "cleanup", "--metrics-file", file.toString())
                .succeeded();
        Installation.satchel(settings, "keys", "validate", "--due", "--metrics-file", file.toString())
                .succeeded();
        Installation.satchel(settings, "progress", "reconcile", "--metrics-file", file.toString())
                .succeeded();
        families = read(file);
        bytes = Double.parseDouble(satchel.value("SELECT sum(file_size_bytes) FROM export_history"));
    }

    @AfterAll
    static void close() {
        satchel.close();
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = satchel.environment();
        settings.put("SATCHEL_KEK", "file:" + folder.resolve("kek.json").toAbsolutePath());
        return settings;
    }

    // The parser reads "histogram" with the rules of the default locale, which a Turkish one spoils.
    private static List<MetricFamily> read(Path file) throws IOException {
        CollectorPrometheusMetricsWalker walker = new CollectorPrometheusMetricsWalker();
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.ROOT);
        try {
            new TextPrometheusMetricsProcessor(new ByteArrayInputStream(Files.readAllBytes(file)), walker).walk();
        } finally {
            Locale.setDefault(before);
        }
        return walker.getAllMetricFamilies();
    }

    /** The labels of each series, with the values that occur. */
    private static Map<String, Map<String, Set<String>>> samples() {
        Map<String, Map<String, Set<String>>> samples = new TreeMap<>();
        for (MetricFamily family : families) {
            for (Metric metric : family.getMetrics()) {
                boolean buckets = family.getType() == MetricType.HISTOGRAM;
                List<String> names = buckets
                        ? List.of(family.getName() + "_bucket", family.getName() + "_count", family.getName() + "_sum")
                        : List.of(family.getName());
                for (String name : names) {
                    Map<String, Set<String>> labels = samples.computeIfAbsent(name, each -> new TreeMap<>());
                    metric.getLabels()
                            .forEach((label, value) -> labels.computeIfAbsent(label, each -> new TreeSet<>())
                                    .add(value));
                    if (name.endsWith("_bucket")) {
                        labels.put("le", Set.of());
                    }
                }
            }
        }
        return samples;
    }

    private static double value(String name, String... labels) {
        Map<String, String> wanted = new TreeMap<>();
        for (int at = 0; at < labels.length; at += 2) {
            wanted.put(labels[at], labels[at + 1]);
        }
        return families.stream()
                .filter(family -> family.getName().equals(name))
                .flatMap(family -> family.getMetrics().stream())
                .filter(metric -> metric.getLabels().equals(wanted))
                .map(metric -> metric instanceof Counter counter ? counter.getValue() : ((Gauge) metric).getValue())
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + wanted));
    }

    @Test
    void aParserOfOthersReadsWhatTheCommandsDid() {
        assertThat(value("satchel_exports_total", "outcome", "delivered", "format", "csv"))
                .isEqualTo(2);
        assertThat(value("satchel_exports_total", "outcome", "refused", "format", "unknown"))
                .isEqualTo(1);
        assertThat(value("satchel_exports_total", "outcome", "failed", "format", "jsonl"))
                .isZero();
        assertThat(value("satchel_export_rows_total")).isEqualTo(2);
        assertThat(value("satchel_export_bytes_total")).isEqualTo(bytes);
        assertThat(value("satchel_exports_pending")).isZero();
        assertThat(value("satchel_leases_rescued_total")).isEqualTo(1);
        assertThat(value("satchel_stale_writes_refused_total")).isZero();
        assertThat(value("satchel_progress_drift_users")).isZero();
        assertThat(histogram("satchel_export_duration_seconds").getSampleCount())
                .isEqualTo(2);
        // Two files, and what tests and marks the store.
        assertThat(histogram("satchel_upload_part_duration_seconds").getSampleCount())
                .isGreaterThanOrEqualTo(2);
        // Streaks are a job of 'serve' alone.
        for (SatchelJob job : EnumSet.complementOf(EnumSet.of(SatchelJob.STREAKS))) {
            assertThat(value("satchel_job_last_success_timestamp_seconds", "satchel_job", job.tag()))
                    .as(job.tag())
                    .isGreaterThan(1_700_000_000);
        }
    }

    private static Histogram histogram(String name) {
        return families.stream()
                .filter(family -> family.getName().equals(name))
                .map(family -> (Histogram) family.getMetrics().get(0))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void noLabelHoldsAnIdOrAText() throws IOException {
        assertThat(samples().values().stream().flatMap(labels -> labels.keySet().stream()))
                .isSubsetOf(LABELS);
        assertThat(Files.readString(file))
                .doesNotContain("example.org", "nonsense", "s3://")
                .doesNotContainPattern("[0-9a-f]{8}-[0-9a-f]{4}-");
    }

    @Test
    void theDocumentationListsEachMetricWithTypeAndLabels() {
        Map<String, String> documented = new TreeMap<>();
        for (List<String> row : Documents.table("docs/monitoring.md", "Metrics")) {
            documented.put(
                    Documents.codeIn(row.get(0)).get(0),
                    row.get(1) + " " + new TreeSet<>(Documents.codeIn(row.get(2))));
        }

        Map<String, String> exist = new TreeMap<>();
        for (MetricFamily family : families) {
            String type = family.getType().name().toLowerCase(Locale.ROOT);
            Set<String> labels = family.getMetrics().stream()
                    .flatMap(metric -> metric.getLabels().keySet().stream())
                    .collect(Collectors.toCollection(TreeSet::new));
            exist.put(family.getName(), type + " " + labels);
        }
        List.copyOf(exist.keySet()).stream()
                .filter(name -> exist.getOrDefault(name, "").startsWith("histogram"))
                .forEach(name -> assertThat(exist.remove(name + "_max")).isEqualTo("gauge []"));
        assertThat(exist).isEqualTo(documented);
    }

    @Test
    void theDocumentationListsEachOutcomeAndEachAlert() throws IOException {
        assertThat(Documents.table("docs/monitoring.md", "Outcomes").stream()
                        .map(row -> Documents.codeIn(row.get(0)).get(0)))
                .containsExactlyInAnyOrder(
                        Stream.of(Outcome.values()).map(Outcome::tag).toArray(String[]::new));
        assertThat(Documents.table("docs/monitoring.md", "Alerts").stream()
                        .map(row -> Documents.codeIn(row.get(0)).get(0)))
                .containsExactlyElementsOf(alerts().stream()
                        .map(alert -> (String) alert.get("alert"))
                        .toList());
    }

    @Test
    @SuppressWarnings("unchecked")
    void theExampleOfAConfigurationNamesTheFileOfAlerts() throws IOException {
        Map<String, Object> example =
                (Map<String, Object>) new Load(LoadSettings.builder().build())
                        .loadFromString(Files.readString(DISTRIBUTION.resolve("prometheus/scrape.yaml")));

        assertThat((List<String>) example.get("rule_files"))
                .allSatisfy(
                        name -> assertThat(DISTRIBUTION.resolve("prometheus").resolve(name))
                                .exists());
        assertThat((List<Object>) example.get("scrape_configs")).isNotEmpty();
    }

    @Test
    void everyAlertNamesMetricsLabelsAndValuesThatExist() throws IOException {
        List<Map<String, Object>> alerts = alerts();

        assertThat(alerts).hasSizeGreaterThan(10);
        for (Map<String, Object> alert : alerts) {
            assertThat(alert).containsKeys("alert", "expr", "for", "labels", "annotations");
            PromQl query = checked((String) alert.get("expr"));
            labelsIn(String.valueOf(alert.get("annotations")), "\\{\\{ *\\$labels\\.(\\w+) *}}")
                    .forEach(label -> assertThat(query.groupings()).contains(label));
        }
    }

    @Test
    void everyPanelOfTheDashboardNamesMetricsLabelsAndValuesThatExist() throws IOException {
        JsonNode dashboard =
                JsonMapper.shared().readTree(Files.readString(DISTRIBUTION.resolve("grafana/satchel.json")));
        Set<String> shown = new TreeSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(panel.path("targets").size())
                    .as(panel.path("title").asString())
                    .isPositive();
            for (JsonNode target : panel.path("targets")) {
                PromQl query = checked(target.path("expr").asString());
                labelsIn(target.path("legendFormat").asString(), "\\{\\{(\\w+)}}")
                        .forEach(label -> assertThat(query.groupings()).contains(label));
                query.selectors().forEach(selector -> shown.add(selector.metric()));
            }
        }

        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                String query = target.path("expr").asString();
                assertThat(PromQl.parse(query).selectors())
                        .as(query)
                        .allSatisfy(selector ->
                                assertThat(selector.labels().keySet()).containsAll(OF_THE_TARGET));
                if (GAUGES.matcher(query).find()) {
                    assertThat(query).contains(NEWEST);
                }
            }
        }
        // Nobody looks at a metric that no panel shows.
        assertThat(shown.stream().map(name -> name.replaceFirst("_(bucket|count|sum|max)$", "")))
                .containsAll(families.stream()
                        .map(MetricFamily::getName)
                        .map(name -> name.replaceFirst("_max$", ""))
                        .toList());
    }

    /** Or it would fall back before it was pending for long enough. */
    @Test
    void anAlertFiresWhileWhatItCountsIsStillInItsWindow() throws IOException {
        for (Map<String, Object> alert : alerts()) {
            String query = (String) alert.get("expr");
            Pattern.compile("\\[(\\w+)]")
                    .matcher(query)
                    .results()
                    .forEach(window -> assertThat(minutes((String) alert.get("for")) * 4)
                            .as(query)
                            .isLessThanOrEqualTo(minutes(window.group(1))));
        }
    }

    private static int minutes(String time) {
        int number = Integer.parseInt(time.substring(0, time.length() - 1));
        return time.endsWith("h") ? number * 60 : number;
    }

    @Test
    void anAlertOfAJobFiresAlsoWhereItNeverSucceeded() throws IOException {
        assertThat(alerts().stream()
                        .map(alert -> (String) alert.get("expr"))
                        .filter(query -> query.contains(SUCCESSES)))
                .hasSize(3)
                .allSatisfy(query -> assertThat(query).contains("or absent(" + SUCCESSES));
    }

    @Test
    void anAlertOfAGaugeBelievesTheNewestReading() throws IOException {
        assertThat(alerts().stream()
                        .map(alert -> (String) alert.get("expr"))
                        .filter(query -> !query.contains("!="))
                        .filter(query -> GAUGES.matcher(query).find()))
                .hasSize(4)
                .allSatisfy(query -> assertThat(query).contains(NEWEST));
    }

    @Test
    void theAlertOfWaitingExportsNamesTheCodesThatOnlyTheOperatorCanRemedyAndOutages() throws IOException {
        String query = alerts().stream()
                .filter(alert -> "SatchelExportsWaitForYou".equals(alert.get("alert")))
                .map(alert -> (String) alert.get("expr"))
                .findFirst()
                .orElseThrow();

        assertThat(PromQl.parse(query).selectors().get(0).labels().get("code"))
                .containsExactlyInAnyOrder(Stream.of(Failure.Code.values())
                        .filter(code -> code.verdict() == Failure.Verdict.OPERATOR
                                || code == Failure.Code.STORE_UNAVAILABLE
                                || code == Failure.Code.DATABASE_UNAVAILABLE)
                        .map(Failure.Code::code)
                        .toArray(String[]::new));
    }

    private static PromQl checked(String expression) {
        Map<String, Map<String, Set<String>>> samples = samples();
        PromQl query = PromQl.parse(expression);
        assertThat(query.selectors()).as(expression).isNotEmpty();
        Set<String> labels = new TreeSet<>();
        for (PromQl.Selector selector : query.selectors()) {
            assertThat(samples).as(expression).containsKey(selector.metric());
            Map<String, Set<String>> existing = samples.getOrDefault(selector.metric(), Map.of());
            labels.addAll(existing.keySet());
            selector.labels()
                    .forEach((label, values) -> assertThat(existing.getOrDefault(label, Set.of()))
                            .as(expression)
                            .containsAll(OF_THE_TARGET.contains(label) ? Set.of() : values));
        }
        labels.addAll(OF_THE_TARGET);
        assertThat(labels).as(expression).containsAll(query.groupings());
        return query;
    }

    private static Set<String> labelsIn(String template, String pattern) {
        return Pattern.compile(pattern)
                .matcher(template)
                .results()
                .map(label -> label.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> alerts() throws IOException {
        Map<String, Object> document =
                (Map<String, Object>) new Load(LoadSettings.builder().build())
                        .loadFromString(Files.readString(DISTRIBUTION.resolve("prometheus/alerts.yaml")));
        List<Map<String, Object>> alerts = new ArrayList<>();
        for (Map<String, Object> group : (List<Map<String, Object>>) document.get("groups")) {
            alerts.addAll((List<Map<String, Object>>) group.get("rules"));
        }
        return alerts;
    }

    @Test
    void aRunThatFailsWritesItsMetricsToo() throws IOException {
        Path failed = folder.resolve("failed.prom");
        Map<String, String> settings = settings();
        settings.put("SATCHEL_STORE", "s3://there-is-no-such-bucket/exports");

        Installation.Result run = Installation.satchel(settings, "export", "run", "--metrics-file", failed.toString());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(Files.readString(failed))
                .contains(
                        "satchel_exports_total{format=\"csv\",outcome=\"delivered\"} 0.0",
                        "satchel_exports_pending 0.0")
                .doesNotContain("satchel_job_last_success_timestamp_seconds{");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(failed)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void aRunWithoutADatabaseWritesItsMetricsToo() throws IOException {
        Path failed = Files.copy(file, folder.resolve("database.prom"));
        Map<String, String> settings = settings();
        settings.put("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/app");

        Installation.Result run = Installation.satchel(settings, "export", "run", "--metrics-file", failed.toString());

        assertThat(run.exit()).isEqualTo(1);
        // Not the numbers of an earlier run.
        assertThat(Files.readString(failed))
                .contains("satchel_exports_pending NaN", "satchel_oldest_pending_seconds NaN");
    }

    @Test
    void aCleanUpCountsAndLogsTheExportsThatItGivesUp() throws IOException {
        String id = satchel.requestOfNewUser();
        new SatchelPostgres(satchel.database().workerDataSource())
                .exportHistory()
                .claim("a worker that stopped answering", Duration.ofMinutes(1))
                .orElseThrow();
        satchel.sql("UPDATE satchel.export_lease SET expires_at = now() - interval '1 second'");
        Path abandoned = folder.resolve("abandoned.prom");
        Map<String, String> settings = settings();
        settings.put("SATCHEL_EXPORT_ATTEMPTS", "1");

        List<String> logged;
        try (LogLines log = LogLines.of(RunLog.class)) {
            Installation.satchel(settings, "cleanup", "--metrics-file", abandoned.toString());
            logged = log.messages();
        }

        assertThat(satchel.status(id)).startsWith("failed");
        assertThat(Files.readString(abandoned))
                .contains(
                        "satchel_exports_total{format=\"unknown\",outcome=\"abandoned\"} 1.0",
                        "satchel_leases_rescued_total 1.0");
        assertThat(logged)
                .containsExactly("export " + id + " failed: the worker of its last attempt stopped answering");
    }

    @Test
    void aCheckOfOneUsersKeysIsNoSuccessOfTheSchedule() throws IOException {
        Path one = folder.resolve("one-user.prom");

        Installation.satchel(
                        settings(),
                        "keys",
                        "validate",
                        "--user",
                        satchel.value("SELECT id FROM users LIMIT 1"),
                        "--metrics-file",
                        one.toString())
                .succeeded();

        assertThat(Files.readString(one)).doesNotContain(SUCCESSES);
    }

    @Test
    void filesThatShouldBeGoneAreOverdue() throws IOException {
        String id = satchel.requestOfNewUser();
        satchel.satchel("export", "run");
        satchel.sql("UPDATE export_history SET expires_at = now() - interval '2 hours' WHERE id = '" + id + "'");
        Path overdue = folder.resolve("overdue.prom");

        Installation.satchel(settings(), "export", "run", "--metrics-file", overdue.toString());

        assertThat(Files.readString(overdue))
                .contains("satchel_files_overdue 1.0")
                .containsPattern("satchel_oldest_overdue_seconds 72\\d\\d");
        Files.delete(overdue);
        Map<String, String> refused = settings();
        refused.put("AWS_SECRET_ACCESS_KEY", "not-the-secret");
        assertThat(Installation.satchel(refused, "cleanup", "--metrics-file", overdue.toString())
                        .exit())
                .isEqualTo(1);
        assertThat(Files.readString(overdue))
                .contains("satchel_files_overdue 1.0")
                .doesNotContain(SUCCESSES);
        Installation.satchel(settings(), "cleanup", "--metrics-file", overdue.toString())
                .succeeded();
        assertThat(Files.readString(overdue))
                .contains("satchel_files_overdue 0.0", "satchel_oldest_overdue_seconds 0.0");
    }

    @Test
    void aRunThatWatchesWritesAtOnceAndWhenItIsStopped() throws Exception {
        Path watched = folder.resolve("watched.prom");
        Process process = satchel.start(
                Map.of(),
                List.of(),
                folder.resolve("watching"),
                "export",
                "run",
                "--watch",
                "--metrics-file",
                watched.toString());
        try {
            Await.until("the file is there", () -> Files.exists(watched));
            String id = satchel.requestOfNewUser();
            Await.until("the export is delivered", () -> satchel.status(id).equals("completed 0"));
        } finally {
            process.destroy();
        }

        assertThat(Installation.ended(process)).isEqualTo(143);
        assertThat(Files.readString(watched))
                .contains("satchel_exports_total{format=\"csv\",outcome=\"delivered\"} 1.0");
    }

    @Test
    void aBadPathIsRefusedBeforeAnyExportIsTouched() throws IOException {
        String id = satchel.requestOfNewUser();
        Map<String, String> cases = Map.of(
                folder.resolve("missing/satchel.prom").toString(), "there is no directory",
                folder.resolve("satchel.txt").toString(), "must end in .prom",
                Files.createDirectories(folder.resolve("directory.prom")).toString(), "is a directory");

        cases.forEach((path, sentence) -> {
            for (String command : List.of("export run", "cleanup", "keys validate --due", "progress reconcile")) {
                List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
                arguments.addAll(List.of("--metrics-file", path));

                Installation.Result run = Installation.satchel(settings(), arguments.toArray(String[]::new));

                assertThat(run.exit()).as(command + " " + path).isEqualTo(2);
                assertThat(run.err())
                        .startsWith("satchel: --metrics-file is refused: ")
                        .contains(sentence);
            }
        });
        assertThat(satchel.status(id)).isEqualTo("pending 0");
        satchel.sql("DELETE FROM export_history WHERE id = '" + id + "'");
    }
}
