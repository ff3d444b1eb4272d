package dev.satchel.batchexport.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.batchexport.store.s3.Bucket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreAddressTest {

    @Test
    void readsABucketAndItsPrefix() {
        assertThat(StoreAddress.parse("s3://exports")).isEqualTo(new StoreAddress.InBucket(new Bucket("exports", "")));
        assertThat(StoreAddress.parse("s3://exports/")).isEqualTo(new StoreAddress.InBucket(new Bucket("exports", "")));
        assertThat(StoreAddress.parse("s3://my.bucket_1/a/b/"))
                .isEqualTo(new StoreAddress.InBucket(new Bucket("my.bucket_1", "a/b")));
        assertThat(StoreAddress.parse("s3://exports/a/b")).hasToString("s3://exports/a/b");
    }

    @Test
    void readsADirectory() {
        assertThat(StoreAddress.parse("file:///srv/my%20exports"))
                .isEqualTo(new StoreAddress.InDirectory(Path.of("/srv/my exports")))
                .hasToString("file:///srv/my%20exports");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "exports",
                "/srv/exports",
                "http://example.org/exports",
                "S3://exports",
                "s3:/exports",
                "s3://",
                "s3://ab",
                "s3://-exports",
                "s3://exports//a",
                "s3://exports/../a",
                "s3://exports/a b",
                "s3://user:secret@exports",
                "s3://exports?region=eu",
                "file:srv",
                "file://host/srv",
                "file:///srv/my exports",
                "file:///srv?x=1"
            })
    void refusesEverythingElse(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoreAddress.parse(text))
                .withMessageContaining("expected s3://bucket, s3://bucket/prefix or file:///absolute/directory")
                .satisfies(refused -> assertThat(refused.getMessage())
                        .doesNotContain("secret")
                        .doesNotContain("'" + text + "'"))
                .withNoCause();
    }
}
