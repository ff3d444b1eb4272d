package dev.satchel.batchexport.schema.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.migrations.SampleDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class EntityDiagramIT {

    @Test
    void drawsWhatBelongsToAUser() throws SQLException {
        try (SampleDatabase library = Library.create()) {
            assertThat(EntityDiagram.of(library.ownerDataSource())).isEqualTo(Library.text("library.mmd"));
        }
    }

    @Test
    void drawsOneProgressAndManyExportsForAUser() throws SQLException {
        try (SampleDatabase database = SampleDatabase.create()) {
            String diagram = EntityDiagram.of(database.ownerDataSource());

            assertThat(diagram.lines().filter(line -> line.contains("--")))
                    .containsExactly(
                            "    \"users\" ||--o{ \"export_history\" : \"user_id\"",
                            "    \"users\" |o--o{ \"learning_analytics\" : \"user_id\"",
                            "    \"sessions\" |o--o{ \"learning_progress\" : \"session_id\"",
                            "    \"users\" ||--o{ \"learning_progress\" : \"user_id\"",
                            "    \"vocabulary_items\" ||--o{ \"learning_progress\" : \"vocabulary_item_id\"",
                            "    \"saved_descriptions\" |o--o{ \"qa_responses\" : \"description_id\"",
                            "    \"sessions\" |o--o{ \"qa_responses\" : \"session_id\"",
                            "    \"users\" |o--o{ \"qa_responses\" : \"user_id\"",
                            "    \"sessions\" |o--o{ \"saved_descriptions\" : \"session_id\"",
                            "    \"users\" |o--o{ \"saved_descriptions\" : \"user_id\"",
                            "    \"users\" |o--o{ \"sessions\" : \"user_id\"",
                            "    \"users\" ||--o| \"user_api_keys\" : \"user_id\"",
                            "    \"sessions\" |o--o{ \"user_interactions\" : \"session_id\"",
                            "    \"users\" |o--o{ \"user_interactions\" : \"user_id\"",
                            "    \"users\" ||--o| \"user_progress\" : \"user_id\"",
                            "    \"users\" ||--o| \"user_settings\" : \"user_id\"",
                            "    \"vocabulary_lists\" |o--o{ \"vocabulary_items\" : \"vocabulary_list_id\"",
                            "    \"users\" |o--o{ \"vocabulary_lists\" : \"created_by\"");
            // Images are everybody's: what a user saved points to them, and nothing in them to a user.
            assertThat(diagram).contains("    \"saved_descriptions\" {").doesNotContain("\"images\"");
            assertThat(diagram).contains("        uuid user_id FK, UK").contains("        uuid id PK");
        }
    }

    @Test
    void aWorkerWithoutRightsSeesWhatTheOwnerSees() throws SQLException {
        try (SampleDatabase database = SampleDatabase.create()) {
            assertThat(EntityDiagram.of(database.workerDataSource()))
                    .isEqualTo(EntityDiagram.of(database.ownerDataSource()));
        }
    }

    @Test
    void drawsNothingWhereNothingBelongsToAUser() throws SQLException {
        try (SampleDatabase empty = SampleDatabase.createEmpty()) {
            Library.run(empty, "CREATE TABLE public.weather (day date PRIMARY KEY)");

            assertThat(EntityDiagram.of(empty.ownerDataSource())).isEqualTo("erDiagram\n");
        }
    }

    @Test
    void givesNamesThatMermaidCannotTakeInAComment() throws SQLException {
        try (SampleDatabase empty = SampleDatabase.createEmpty()) {
            Library.run(empty, """
                    CREATE TABLE public.users (
                        "2nd name" text,
                        pk double precision[],
                        "say ""so"" aloud" numeric(5,2),
                        "total" integer PRIMARY KEY
                    );
                    CREATE TABLE public."a ""class"" of users" (
                        "user" integer CONSTRAINT one_fkey REFERENCES public.users ("total")
                    );
                    """);

            assertThat(EntityDiagram.of(empty.ownerDataSource())).isEqualTo("""
                    erDiagram
                        "a 'class' of users" {
                            integer user FK
                        }
                        "users" {
                            text _2nd_name "2nd name"
                            double[] _pk "pk"
                            numeric say__so__aloud "say 'so' aloud"
                            integer total PK
                        }
                        "users" |o--o{ "a 'class' of users" : "user"
                    """);
        }
    }
}
