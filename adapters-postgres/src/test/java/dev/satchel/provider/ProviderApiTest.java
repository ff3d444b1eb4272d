package dev.satchel.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.keys.Provider;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ProviderApiTest {

    @Test
    void everyProviderHasAnApi() {
        assertThat(Arrays.stream(ProviderApi.values()).map(Enum::name))
                .containsExactlyElementsOf(
                        Arrays.stream(Provider.values()).map(Enum::name).toList());
    }
}
