package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.documents.Documents;
import dev.satchel.batchexport.run.ExportSettings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The files for Kubernetes, read as the types of its API, and what they promise about their pods. */
class KubernetesFilesTest {

    static final Path FOLDER = Path.of("src/distribution/kubernetes");
    private static final String KUSTOMIZATION = "kustomization.yaml";
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "v1 ConfigMap", ConfigMap.class,
            "v1 ServiceAccount", ServiceAccount.class,
            "apps/v1 Deployment", Deployment.class,
            "batch/v1 CronJob", CronJob.class,
            "batch/v1 Job", Job.class);

    static List<Path> manifests() throws IOException {
        return files(file -> !file.endsWith(KUSTOMIZATION));
    }

    static List<Path> kustomizations() throws IOException {
        return files(file -> file.endsWith(KUSTOMIZATION));
    }

    private static List<Path> files(Predicate<Path> some) throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(Files::isRegularFile).filter(some).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void hasNoFieldThatKubernetesDoesNotKnow(Path file) throws IOException {
        Map<?, ?> document = document(file);

        assertThat(leaves(asTree(manifest(file)), "")).isEqualTo(leaves(document, ""));
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void carriesTheRecommendedLabels(Path file) throws IOException {
        HasMetadata manifest = manifest(file);

        Stream.concat(
                        Stream.of(manifest.getMetadata().getLabels()),
                        templates(manifest)
                                .map(template -> template.getMetadata().getLabels()))
                .forEach(labels -> assertThat(labels)
                        .containsEntry("app.kubernetes.io/name", "satchel")
                        .containsEntry("app.kubernetes.io/part-of", "satchel")
                        .containsKeys("app.kubernetes.io/instance", "app.kubernetes.io/component"));
    }

    /** The profile "restricted" of the Pod Security Standards, and a root that nothing can write to. */
    @ParameterizedTest
    @MethodSource("manifests")
    void runsWithoutPrivileges(Path file) throws IOException {
        for (PodSpec pod : pods(manifest(file)).toList()) {
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getContainers()).allSatisfy(container -> {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                        .isFalse();
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                        .isTrue();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
                assertThat(container.getVolumeMounts())
                        .extracting(mount -> mount.getMountPath())
                        .containsExactly("/tmp", "/etc/satchel");
                assertThat(container.getVolumeMounts().get(1).getReadOnly()).isTrue();
            });
            // Most databases have a certificate that everybody trusts.
            assertThat(pod.getVolumes().get(1).getSecret().getOptional()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void givesAWorkerTheTimeThatItTakesToStop(Path file) throws IOException {
        Duration grace = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("satchel.export", ExportSettings.class)
                .stopGrace();

        assertThat(pods(manifest(file)))
                .allSatisfy(pod -> assertThat(Duration.ofSeconds(pod.getTerminationGracePeriodSeconds()))
                        .isGreaterThan(grace.plusSeconds(10)));
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void takesSecretsByReferenceOnly(Path file) throws IOException {
        for (PodSpec pod : pods(manifest(file)).toList()) {
            assertThat(pod.getContainers())
                    .flatExtracting(Container::getEnv)
                    .isNotEmpty()
                    .allMatch(variable -> variable.getValueFrom().getSecretKeyRef() != null);
        }
        if (manifest(file) instanceof ConfigMap settings) {
            assertThat(settings.getData().keySet())
                    .noneMatch(name -> name.matches("DATABASE_URL|.*(KEY|SECRET|TOKEN).*"));
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void runsACommandThatExistsWithSettingsThatExist(Path file) throws IOException {
        Set<String> documented = documentedSettings();
        for (PodSpec pod : pods(manifest(file)).toList()) {
            Container container = pod.getContainers().get(0);
            List<String> call = new ArrayList<>(container.getArgs());
            call.add("--help");

            Installation.satchel(Map.of(), call.toArray(String[]::new)).succeeded();
            assertThat(container.getEnv()).extracting(EnvVar::getName).allMatch(documented::contains);
        }
        if (manifest(file) instanceof ConfigMap settings) {
            assertThat(documented).containsAll(settings.getData().keySet());
        }
    }

    /** A run tries again by itself; a second pod would find nothing to do and end with 0, as if nothing had failed. */
    @ParameterizedTest
    @MethodSource("manifests")
    void hidesNoFailedExportByAnotherPod(Path file) throws IOException {
        for (JobSpec job : jobs(manifest(file)).toList()) {
            List<String> command =
                    job.getTemplate().getSpec().getContainers().get(0).getArgs();
            Map<Integer, String> actions = actions(job);

            assertThat(actions).containsEntry(2, "FailJob");
            if (job.getCompletionMode() != null) {
                assertThat(command).containsExactly("export", "run");
                assertThat(job.getBackoffLimitPerIndex()).isZero();
                assertThat(actions).containsEntry(1, "FailIndex").hasSize(2);
            } else if (command.equals(List.of("export", "run"))) {
                assertThat(job.getBackoffLimit()).isZero();
                assertThat(actions).containsEntry(1, "FailJob").hasSize(2);
            } else {
                assertThat(command).containsExactly("cleanup");
                assertThat(actions).containsEntry(1, "Count").hasSize(2);
            }
        }
    }

    private static Map<Integer, String> actions(JobSpec job) {
        Map<Integer, String> actions = new TreeMap<>();
        job.getPodFailurePolicy().getRules().stream()
                .filter(rule -> rule.getOnExitCodes() != null)
                .forEach(
                        rule -> rule.getOnExitCodes().getValues().forEach(code -> actions.put(code, rule.getAction())));
        return actions;
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void countsNoPodWhoseNodeIsDrained(Path file) throws IOException {
        for (JobSpec job : jobs(manifest(file)).toList()) {
            PodFailurePolicyRule first = job.getPodFailurePolicy().getRules().get(0);

            assertThat(first.getAction()).isEqualTo("Ignore");
            assertThat(first.getOnPodConditions())
                    .extracting(condition -> condition.getType())
                    .containsExactly("DisruptionTarget");
            // Kubernetes accepts a policy for these pods only.
            assertThat(job.getTemplate().getSpec().getRestartPolicy()).isEqualTo("Never");
        }
    }

    @ParameterizedTest
    @MethodSource("kustomizations")
    void theKustomizationNamesFilesThatExist(Path file) throws IOException {
        Map<?, ?> kustomization = document(file);

        assertThat(kustomization.get("apiVersion")).asString().startsWith("kustomize.config.k8s.io/");
        assertThat(kustomization.keySet().stream().map(String::valueOf))
                .isSubsetOf("apiVersion", "kind", "resources", "components", "images");
        assertThat(named(kustomization)).allMatch(name -> Files.exists(file.resolveSibling(name)));
    }

    /** The image is named in one place; a manifest that no kustomization knows would run another one. */
    @Test
    void eachManifestGetsTheImageThatIsNamedOnce() throws IOException {
        Set<Path> named = new TreeSet<>();
        for (Path file : kustomizations()) {
            boolean isImage = document(file).containsKey("images");
            assertThat(isImage).isEqualTo(file.equals(FOLDER.resolve("image").resolve(KUSTOMIZATION)));
            // A comment names what may be added.
            String offered = Files.readString(file).replace("# - ", "- ");
            named(document(offered)).forEach(name -> named.add(file.resolveSibling(name)));
            if (!isImage) {
                assertThat(named(document(file))
                                .map(name -> file.resolveSibling(name).normalize()))
                        .contains(FOLDER.resolve("image"));
            }
        }

        assertThat(named).containsAll(manifests());
    }

    private static Stream<String> named(Map<?, ?> kustomization) {
        return Stream.of("resources", "components")
                .filter(kustomization::containsKey)
                .flatMap(kind -> ((List<?>) kustomization.get(kind)).stream())
                .map(String::valueOf);
    }

    private static Stream<PodSpec> pods(HasMetadata manifest) {
        return templates(manifest).map(PodTemplateSpec::getSpec);
    }

    private static Stream<PodTemplateSpec> templates(HasMetadata manifest) {
        return manifest instanceof Deployment deployment
                ? Stream.of(deployment.getSpec().getTemplate())
                : jobs(manifest).map(JobSpec::getTemplate);
    }

    private static Stream<JobSpec> jobs(HasMetadata manifest) {
        if (manifest instanceof CronJob cron) {
            return Stream.of(cron.getSpec().getJobTemplate().getSpec());
        }
        return manifest instanceof Job job ? Stream.of(job.getSpec()) : Stream.empty();
    }

    private static Set<String> documentedSettings() {
        Set<String> names = new TreeSet<>();
        Documents.table("docs/operations.md", "Settings").forEach(row -> names.addAll(Documents.codeIn(row.get(0))));
        return names;
    }

    private static HasMetadata manifest(Path file) throws IOException {
        Map<?, ?> document = document(file);
        Class<? extends HasMetadata> kind = KINDS.get(document.get("apiVersion") + " " + document.get("kind"));
        assertThat(kind).as(file + ": kind").isNotNull();
        return mapper().convertValue(document, kind);
    }

    private static Map<?, ?> document(Path file) throws IOException {
        return document(Files.readString(file));
    }

    private static Map<?, ?> document(String text) {
        return (Map<?, ?>)
                new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build()).loadFromString(text);
    }

    private static Map<?, ?> asTree(HasMetadata manifest) {
        return mapper().convertValue(manifest, Map.class);
    }

    // The types keep what they do not know under a name of its own, unless they are told to refuse it.
    private static ObjectMapper mapper() {
        return new ObjectMapper()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                    @Override
                    public Boolean hasAnySetter(Annotated member) {
                        return member.hasAnnotation(JsonAnySetter.class) ? Boolean.FALSE : null;
                    }
                });
    }

    private static Map<String, String> leaves(Object node, String path) {
        Map<String, String> found = new TreeMap<>();
        if (node instanceof Map<?, ?> map) {
            map.forEach((name, value) -> found.putAll(leaves(value, path + "/" + name)));
        } else if (node instanceof List<?> list) {
            for (int index = 0; index < list.size(); index++) {
                found.putAll(leaves(list.get(index), path + "/" + index));
            }
        } else {
            found.put(path, String.valueOf(node));
        }
        return found;
    }
}
