package dev.satchel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserIdTest {

    @Test
    void readsTheCanonicalText() {
        UUID id = UUID.fromString("123e4567-e89b-12d3-a456-426614174000");

        assertThat(UserId.parse("123e4567-e89b-12d3-a456-426614174000")).isEqualTo(new UserId(id));
        assertThat(UserId.parse("123E4567-E89B-12D3-A456-426614174000")).isEqualTo(new UserId(id));
        assertThat(new UserId(id)).hasToString("123e4567-e89b-12d3-a456-426614174000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1-2-3-4-5",
                "123e4567-e89b-12d3-a456-42661417400",
                "123e4567-e89b-12d3-a456-4266141740000",
                "123e4567e89b12d3a456426614174000",
                "{123e4567-e89b-12d3-a456-426614174000}",
                "123e4567-e89b-12d3-a456-426614174000\n",
                " 123e4567-e89b-12d3-a456-426614174000",
                "123e4567-e89b-12d3-a456-42661417400g",
                "١23e4567-e89b-12d3-a456-426614174000"
            })
    void refusesAnythingElse(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UserId.parse(text))
                .withMessage("'" + text
                        + "' is not a valid user id: expected a UUID such as 123e4567-e89b-12d3-a456-426614174000");
    }
}
