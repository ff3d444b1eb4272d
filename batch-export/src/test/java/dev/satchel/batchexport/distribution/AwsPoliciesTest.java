package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The policies of AWS allow what the program calls, and nothing else. */
class AwsPoliciesTest {

    /** The action that a call needs, where it is not the call's own name. */
    private static final Map<String, String> ACTIONS = Map.of(
            "headObject", "GetObject",
            "createMultipartUpload", "PutObject",
            "uploadPart", "PutObject",
            "completeMultipartUpload", "PutObject",
            "listMultipartUploads", "ListBucketMultipartUploads");

    private static final Set<String> NO_REQUESTS =
            Set.of("close", "utilities", "serviceClientConfiguration", "builder");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.satchel");

    @Test
    void theStoreNeedsWhatItCalls() throws IOException {
        Set<String> needed = actions(S3Client.class, "s3");
        // Without it S3 answers "access denied" for a file that is missing.
        needed.add("s3:ListBucket");

        assertThat(allowed("store-policy.json")).isEqualTo(needed);
    }

    @Test
    void theKeysNeedWhatTheyCall() throws IOException {
        assertThat(allowed("keys-policy.json")).isEqualTo(actions(KmsClient.class, "kms"));
    }

    /** S3 asks KMS for a key for each file that is written, and has it opened for each one that is read. */
    @Test
    void aStoreThatEncryptsWithKmsNeedsItsKeyToo() throws IOException {
        assertThat(allowed("store-encryption-policy.json")).containsExactly("kms:Decrypt", "kms:GenerateDataKey");
    }

    /** Rights on objects are given on objects, and rights on the bucket on the bucket. */
    @Test
    void eachActionIsAllowedOnWhatItIsAbout() throws IOException {
        for (JsonNode statement : policy("store-policy.json").path("Statement")) {
            boolean isOnBucket = statement.path("Resource").asString().equals("arn:aws:s3:::BUCKET");
            statement
                    .path("Action")
                    .forEach(action -> assertThat(action.asString().startsWith("s3:ListBucket"))
                            .as(action.asString())
                            .isEqualTo(isOnBucket));
        }
    }

    private Set<String> actions(Class<?> client, String service) {
        return CLASSES.stream()
                .flatMap(type -> type.getMethodCallsFromSelf().stream())
                .filter(call -> call.getTargetOwner().isEquivalentTo(client))
                .map(JavaMethodCall::getName)
                .filter(name -> !NO_REQUESTS.contains(name))
                .map(name -> name.replaceFirst("Paginator$", ""))
                .map(name -> ACTIONS.getOrDefault(name, Character.toUpperCase(name.charAt(0)) + name.substring(1)))
                .map(action -> service + ":" + action)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> allowed(String file) throws IOException {
        Set<String> actions = new TreeSet<>();
        JsonNode policy = policy(file);
        assertThat(policy.path("Version").asString()).isEqualTo("2012-10-17");
        for (JsonNode statement : policy.path("Statement")) {
            assertThat(statement.propertyNames()).containsExactlyInAnyOrder("Sid", "Effect", "Action", "Resource");
            assertThat(statement.path("Effect").asString()).isEqualTo("Allow");
            assertThat(statement.path("Resource").asString()).startsWith("arn:aws:");
            statement.path("Action").forEach(action -> actions.add(action.asString()));
        }
        return actions;
    }

    private static JsonNode policy(String file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(Path.of("src/distribution/aws", file)));
    }
}
