package dev.satchel.batchexport.schema.catalog;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SchemaContractTest {

    @Test
    void refusesALineThatIsNoFact() {
        assertThatThrownBy(() -> SchemaContract.parse("table public.users"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not a fact, or the second of its subject: table public.users");
    }

    @Test
    void refusesTwoFactsOfOneSubject() {
        assertThatThrownBy(() -> SchemaContract.parse("row security of t: enabled\nrow security of t: disabled\n"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not a fact, or the second of its subject: row security of t: disabled");
    }
}
