package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** A provider of API keys that no file of the schema names: its column is all it needs. */
class FurtherProviderIT {

    private static final UUID USER = UUID.fromString("7d3c8a52-30b1-4d0c-9b0d-3a2f9c7e1a55");

    @AutoClose
    private final SampleDatabase database = SampleDatabase.create();

    @BeforeEach
    void addProvider() throws SQLException {
        run(database.ownerDataSource(), "ALTER TABLE public.user_api_keys ADD COLUMN mistral_api_key text");
        run(
                database.ownerDataSource(),
                "INSERT INTO public.users (id, email) VALUES ('" + USER + "', 'a@example.org')");
    }

    private static List<String> run(DataSource source, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            if (statement.execute(sql)) {
                try (ResultSet rows = statement.getResultSet()) {
                    while (rows.next()) {
                        values.add(rows.getString(1));
                    }
                }
            }
        }
        return values;
    }

    private List<String> vault(String sql) throws SQLException {
        return run(database.dataSourceOf("satchel_vault"), sql);
    }

    private void set(String provider) throws SQLException {
        String sealed = "dk1." + UUID.randomUUID() + "." + "A".repeat(84);
        String row = vault("SELECT row_id FROM satchel.lock_keys('" + USER + "', '" + provider + "')")
                .get(0);
        vault("SELECT satchel.set_key('" + USER + "', '" + provider + "', '" + row + "', '" + sealed + "', 'kek',"
                + " decode(repeat('00', 100), 'hex'))");
    }

    @Test
    void isSetListedOpenedAndRemoved() throws SQLException {
        set("openai");
        set("mistral");

        assertThat(vault("SELECT provider FROM satchel.key_statuses('" + USER + "') ORDER BY 1"))
                .containsExactly("mistral", "openai");
        String opening = vault("SELECT satchel.record_opening('" + USER + "', 'mistral', 'use')")
                .get(0);
        assertThat(vault("SELECT sealed FROM satchel.recorded_key('" + opening + "')"))
                .isEqualTo(run(database.ownerDataSource(), "SELECT mistral_api_key FROM public.user_api_keys"));

        assertThat(vault("SELECT satchel.remove_keys('" + USER + "', 'mistral')"))
                .hasSize(1);

        assertThat(vault("SELECT provider FROM satchel.key_statuses('" + USER + "')"))
                .containsExactly("openai");
        assertThat(run(
                        database.ownerDataSource(),
                        "SELECT action FROM satchel.key_audit WHERE provider = 'mistral' ORDER BY recorded_in"))
                .containsExactlyInAnyOrder("set", "open", "remove");
    }

    @Test
    void withoutAColumnIsRefused() {
        assertThatExceptionOfType(PSQLException.class)
                .isThrownBy(() -> set("gemini"))
                .withMessageContaining("\"gemini_api_key\"");
    }
}
