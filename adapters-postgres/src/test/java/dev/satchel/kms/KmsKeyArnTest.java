package dev.satchel.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KmsKeyArnTest {

    @ParameterizedTest
    @CsvSource({
        "arn:aws:kms:eu-central-1:123456789012:key/0d1c8a5e-7e0b-4b8e-9a55-4a3f2f4b8d01, eu-central-1",
        "arn:aws:kms:us-west-2:123456789012:key/mrk-0d1c8a5e7e0b4b8e9a554a3f2f4b8d01, us-west-2",
        "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/0d1c8a5e, us-gov-west-1",
        "arn:aws-cn:kms:cn-north-1:123456789012:key/0d1c8a5e, cn-north-1"
    })
    void namesAKeyAndItsRegion(String text, String region) {
        assertThat(new KmsKeyArn(text).region()).isEqualTo(region);
        assertThat(new KmsKeyArn(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"arn:aws:kms:eu-central-1:123456789012:alias/vault", "alias/vault"})
    void refusesAnAlias(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KmsKeyArn(text))
                .withMessage("this is an alias, which can be moved to another key that could not open what the earlier "
                        + "one wraps: give the ARN of the key itself, expected arn:aws:kms:REGION:ACCOUNT:key/ID");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0d1c8a5e-7e0b-4b8e-9a55-4a3f2f4b8d01",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                "arn:aws:kms:eu-central-1:123456789012:key/",
                "arn:aws:kms:eu-central-1:12345:key/0d1c8a5e",
                "arn:aws:kms::123456789012:key/0d1c8a5e",
                "arn:aws:s3:eu-central-1:123456789012:key/0d1c8a5e",
                "arn:aws:kms:eu-central-1:123456789012:key/0d1c8a5e#material",
                "arn:aws:kms:eu-central-1:123456789012:key/0d1c8a5e\n",
                " arn:aws:kms:eu-central-1:123456789012:key/0d1c8a5e"
            })
    void refusesEverythingElseWithoutRepeatingIt(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KmsKeyArn(text))
                .withMessage("this is not the ARN of a key in AWS KMS: expected arn:aws:kms:REGION:ACCOUNT:key/ID");
    }
}
