package dev.satchel.batchexport.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.satchel.batchexport.store.StoreFailures;
import dev.satchel.batchexport.store.s3.PeculiarS3.Answer;
import dev.satchel.batchexport.store.s3.PeculiarS3.Call;
import dev.satchel.export.Failure;
import dev.satchel.export.Failure.Verdict;
import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Walks the published error codes of S3, in every way in which an operation can report one. */
// It waits nearly all the time, between the attempts.
@Execution(ExecutionMode.CONCURRENT)
class S3ErrorTest {

    private static final String NAME = "export-1/1-a.csv";

    @AutoClose
    private PeculiarS3 service;

    @AutoClose
    private S3FileStore store;

    @BeforeEach
    void start() throws IOException {
        service = PeculiarS3.with();
        S3Connection connection = new S3Connection(
                S3Options.at(service.endpoint()),
                "us-east-1",
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")));
        store = new S3FileStore(
                connection.client(), connection, new Bucket("exports", "some/prefix"), new PartMemory(1024, 4, 8));
    }

    /** A code, the status that it comes with, and what ends the failure. */
    record Published(String code, int status, Verdict verdict) {

        /** Java's HTTP server and client give none of these a body, or go on by themselves. */
        boolean isHttpError() {
            return status >= 300 && status != 304;
        }
    }

    static Stream<Published> codes() throws IOException {
        try (BufferedReader list = new BufferedReader(
                new InputStreamReader(S3ErrorTest.class.getResourceAsStream("s3-error-codes.txt"), UTF_8))) {
            return list
                    .lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .map(line -> new Published(line[0], Integer.parseInt(line[1]), Verdict.valueOf(line[2])))
                    .toList()
                    .stream();
        }
    }

    static Stream<Published> errors() throws IOException {
        return codes().filter(Published::isHttpError);
    }

    /** Each third, because the service and its client take longer than the answer; all of them under -Pmatrix. */
    static Stream<Published> someErrors() throws IOException {
        List<Published> all = errors().toList();
        int stride = System.getProperty("satchel.test.matrix") == null ? 3 : 1;
        return IntStream.range(0, all.size())
                .filter(index -> index % stride == 0)
                .mapToObj(all::get);
    }

    /** One code of each meaning. */
    static Stream<Published> meanings() throws IOException {
        return errors()
                .collect(Collectors.toMap(
                        code -> S3Error.of(code.code(), code.status()), code -> code, (first, other) -> first))
                .values()
                .stream();
    }

    /** One code of each status. */
    static Stream<Published> statuses() throws IOException {
        return errors()
                .collect(Collectors.toMap(Published::status, code -> code, (first, other) -> first))
                .values()
                .stream();
    }

    @ParameterizedTest
    @MethodSource("codes")
    void givesEachCodeItsVerdict(Published code) {
        S3Error error = S3Error.of(code.code(), code.status());

        System.out.printf(
                "%-45s %3d  %-9s %s%n",
                code.code(), code.status(), code.verdict(), error.failureCode().code());
        assertThat(error.codes()).as("the table has the code").contains(code.code());
        assertThat(error.failureCode().verdict()).isEqualTo(code.verdict());
    }

    @Test
    void hasNoCodeThatIsNotListed() throws IOException {
        List<String> listed = codes().map(Published::code).toList();

        assertThat(Arrays.stream(S3Error.values()).flatMap(error -> error.codes().stream()))
                .containsExactlyInAnyOrderElementsOf(new TreeSet<>(listed))
                .hasSameSizeAs(listed);
    }

    @ParameterizedTest
    @CsvSource({
        "301, OPERATOR",
        "308, OPERATOR",
        "400, OPERATOR",
        "401, OPERATOR",
        "403, OPERATOR",
        "404, OPERATOR",
        "405, OPERATOR",
        "407, OPERATOR",
        "408, TRANSIENT",
        "409, TRANSIENT",
        "411, OPERATOR",
        "412, EXPORT",
        "413, EXPORT",
        "423, TRANSIENT",
        "425, TRANSIENT",
        "429, TRANSIENT",
        "500, TRANSIENT",
        "501, OPERATOR",
        "502, TRANSIENT",
        "503, TRANSIENT",
        "504, TRANSIENT",
        "507, OPERATOR",
        "520, TRANSIENT"
    })
    void readsTheStatusWhereThereIsNoCodeOrAnUnknownOne(int status, Verdict verdict) {
        assertThat(S3Error.of("", status).failureCode().verdict()).isEqualTo(verdict);
        assertThat(S3Error.of("SomethingNew", status).failureCode().verdict()).isEqualTo(verdict);
    }

    /** In the body of an answer with the code's own status. */
    @ParameterizedTest
    @MethodSource({"someErrors", "meanings"})
    void readsTheAnswerToAPut(Published code) {
        service.answer(Call.PUT, Integer.MAX_VALUE, Answer.error(code.status(), code.code()));

        Failure failure = failed(() -> upload(10));

        assertThat(failure.code()).isEqualTo(withContent(code));
        assertSaysWhatWasSaid(failure, code);
        assertThat(service.keys()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void readsTheAnswerToAPart(Published code) {
        service.answer(Call.PART, Integer.MAX_VALUE, Answer.error(code.status(), code.code()));

        Failure failure = failed(() -> upload(1025));

        assertThat(failure.code()).isEqualTo(withContent(code));
        assertSaysWhatWasSaid(failure, code);
        assertThat(service.unfinished()).isEmpty();
    }

    /** In the body of an answer that says 200, because the service began it before it knew. */
    @ParameterizedTest
    @MethodSource("meanings")
    void readsAnErrorInsideASuccess(Published code) {
        service.answer(Call.COMPLETE, Integer.MAX_VALUE, new Answer(200, Answer.error(code.code()), Map.of()));

        Failure failure = failed(() -> upload(1025));

        assertThat(failure.code()).isEqualTo(withContent(code));
        assertThat(failure.explanation()).contains("(" + code.code() + ", ");
        assertThat(service.keys()).isEmpty();
        assertThat(service.unfinished()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void readsTheAnswerToTheBeginningOfAnUpload(Published code) {
        service.answer(Call.CREATE, Integer.MAX_VALUE, Answer.error(code.status(), code.code()));

        assertThat(failed(() -> upload(1025)).code()).isEqualTo(withoutContent(code));
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void readsTheAnswerToAGet(Published code) {
        service.answer(Call.GET, Integer.MAX_VALUE, Answer.error(code.status(), code.code()));

        Throwable thrown = catchThrowable(() -> store.read(store.locate(NAME)).close());

        if (code.status() == 404 && S3Error.of(code.code(), 404) != S3Error.MISSING) {
            assertThat(thrown).isInstanceOf(MissingFileException.class);
        } else {
            assertThat(diagnosed(thrown).code()).isEqualTo(withoutContent(code));
        }
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void readsTheAnswerToADeletion(Published code) {
        service.answer(Call.DELETE, Integer.MAX_VALUE, Answer.error(code.status(), code.code()));

        Throwable thrown = catchThrowable(() -> store.delete(store.locate(NAME)));

        if (code.code().equals("NoSuchKey")) {
            assertThat(thrown).isNull();
        } else {
            assertThat(diagnosed(thrown).code()).isEqualTo(withoutContent(code));
        }
    }

    /** In the status alone. */
    @ParameterizedTest
    @MethodSource("statuses")
    void readsTheAnswerToAHead(Published code) {
        service.answer(Call.HEAD, Integer.MAX_VALUE, Answer.error(code.status(), code.code()));

        Failure failure = failed(() -> upload(10));

        if (code.status() == 404) {
            // The service took the file before.
            assertThat(failure.code()).isEqualTo(Failure.Code.FILE_DAMAGED);
        } else {
            assertThat(failure.code()).isEqualTo(S3Error.of("", code.status()).failureCode());
            assertThat(failure.explanation()).contains("(HTTP " + code.status() + ")");
        }
    }

    @Test
    void readsAnAnswerThatIsNotOfS3() {
        service.answer(Call.PUT, Integer.MAX_VALUE, new Answer(413, "<html>Request Entity Too Large</html>", Map.of()));
        Failure tooLarge = failed(() -> upload(10));
        service.answer(Call.PUT, Integer.MAX_VALUE, new Answer(502, "<html>Bad Gateway</html>", Map.of()));
        Failure gateway = failed(() -> upload(10));
        service.answer(Call.LIST, Integer.MAX_VALUE, new Answer(200, "<html>Welcome", Map.of()));
        Failure welcome = failed(() -> store.delete(store.locate(NAME)));

        assertThat(tooLarge.code()).isEqualTo(Failure.Code.FILE_TOO_LARGE);
        assertThat(gateway.code()).isEqualTo(Failure.Code.STORE_UNAVAILABLE);
        assertThat(welcome.code()).isEqualTo(Failure.Code.STORE_MISCONFIGURED);
    }

    private static Failure.Code withContent(Published code) {
        S3Error error = S3Error.of(code.code(), code.status());
        return error.isDamage() ? Failure.Code.FILE_DAMAGED : error.failureCode();
    }

    private static Failure.Code withoutContent(Published code) {
        return S3Error.of(code.code(), code.status()).failureCode();
    }

    private static void assertSaysWhatWasSaid(Failure failure, Published code) {
        assertThat(failure.explanation())
                // Java's HTTP client hides the body of this one.
                .contains(code.status() == 401 ? "(HTTP 401)" : "(" + code.code() + ", HTTP " + code.status() + ")")
                .doesNotContain(NAME, "secret");
    }

    private void upload(int length) throws IOException {
        try (FileStore.Upload upload = store.open(NAME, "a.csv", "text/csv")) {
            upload.body().write(new byte[length]);
            upload.commit();
        }
    }

    private static Failure failed(Failing failing) {
        return diagnosed(catchThrowable(failing::run));
    }

    private static Failure diagnosed(Throwable thrown) {
        assertThat(thrown).isNotNull();
        return StoreFailures.diagnose(thrown).orElseThrow(() -> new AssertionError(thrown));
    }

    private interface Failing {
        void run() throws IOException;
    }
}
