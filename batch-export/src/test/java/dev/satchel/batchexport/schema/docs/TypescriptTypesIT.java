package dev.satchel.batchexport.schema.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.migrations.SampleDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TypescriptTypesIT {

    private static final Pattern TABLE = Pattern.compile("(?m)^ {6}(\\S.*): \\{$");

    @Test
    void printsOneOfEverything() throws SQLException {
        try (SampleDatabase library = Library.create()) {
            assertThat(TypescriptTypes.of(library.ownerDataSource())).isEqualTo(Library.text("library.ts"));
        }
    }

    @Test
    void printsAnEmptySchema() throws SQLException {
        try (SampleDatabase empty = SampleDatabase.createEmpty()) {
            assertThat(TypescriptTypes.of(empty.ownerDataSource()))
                    .contains("""
                            export type Database = {
                              public: {
                                Tables: {
                                  [_ in never]: never
                                }
                                Views: {
                                  [_ in never]: never
                                }
                            """)
                    .endsWith("""
                            export const Constants = {
                              public: {
                                Enums: {},
                              },
                            } as const
                            """);
        }
    }

    @Test
    void theOrderOfCreationDoesNotMatter() throws SQLException {
        try (SampleDatabase one = SampleDatabase.createEmpty();
                SampleDatabase other = SampleDatabase.createEmpty()) {
            Library.run(one, """
                    CREATE TYPE public.mood AS ENUM ('good', 'bad');
                    CREATE TABLE public.users (id uuid PRIMARY KEY, name text);
                    CREATE TABLE public.moods (
                        user_id uuid NOT NULL CONSTRAINT moods_user_id_fkey REFERENCES public.users (id),
                        "mood" public.mood CONSTRAINT moods_mood_key UNIQUE,
                        "Mood" text
                    );
                    CREATE FUNCTION public.b() RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
                    CREATE FUNCTION public.a() RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
                    """);
            Library.run(other, """
                    CREATE FUNCTION public.a() RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
                    CREATE FUNCTION public.b() RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
                    CREATE TYPE public.mood AS ENUM ('bad');
                    ALTER TYPE public.mood ADD VALUE 'good' BEFORE 'bad';
                    CREATE TABLE public.moods ("Mood" text, dropped text, "mood" public.mood, user_id uuid NOT NULL);
                    CREATE TABLE public.users (name text, id uuid);
                    ALTER TABLE public.users ADD PRIMARY KEY (id);
                    ALTER TABLE public.moods ADD CONSTRAINT moods_mood_key UNIQUE (mood);
                    ALTER TABLE public.moods
                        ADD CONSTRAINT moods_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id);
                    ALTER TABLE public.moods DROP COLUMN dropped;
                    """);

            assertThat(TypescriptTypes.of(one.ownerDataSource()))
                    .isEqualTo(TypescriptTypes.of(other.ownerDataSource()));
        }
    }

    @Test
    void aWorkerWithoutRightsSeesWhatTheOwnerSees() throws SQLException {
        try (SampleDatabase database = SampleDatabase.create()) {
            String types = TypescriptTypes.of(database.ownerDataSource());

            assertThat(TypescriptTypes.of(database.workerDataSource())).isEqualTo(types);
            assertThat(namesIn(types, "Tables", "Views"))
                    .containsExactly(
                            "export_history",
                            "images",
                            "learning_analytics",
                            "learning_progress",
                            "qa_responses",
                            "saved_descriptions",
                            "sessions",
                            "user_api_keys",
                            "user_interactions",
                            "user_progress",
                            "user_settings",
                            "users",
                            "vocabulary_items",
                            "vocabulary_lists");
            assertThat(namesIn(types, "Views", "Functions")).containsExactly("user_api_keys_status");
        }
    }

    @Test
    void printsSatchelsTablesAsTheyWerePromised() throws SQLException {
        try (SampleDatabase database = SampleDatabase.create()) {
            assertThat(TypescriptTypes.of(database.ownerDataSource())).contains("""
                          user_api_keys: {
                            Row: {
                              anthropic_api_key: string | null
                              created_at: string
                              id: string
                              is_active: boolean
                              last_validated_at: string | null
                              openai_api_key: string | null
                              unsplash_api_key: string | null
                              updated_at: string
                              user_id: string
                            }
                            Insert: {
                              anthropic_api_key?: string | null
                              created_at?: string
                              id?: string
                              is_active?: boolean
                              last_validated_at?: string | null
                              openai_api_key?: string | null
                              unsplash_api_key?: string | null
                              updated_at?: string
                              user_id: string
                            }
                            Update: {
                              anthropic_api_key?: string | null
                              created_at?: string
                              id?: string
                              is_active?: boolean
                              last_validated_at?: string | null
                              openai_api_key?: string | null
                              unsplash_api_key?: string | null
                              updated_at?: string
                              user_id?: string
                            }
                            Relationships: [
                              {
                                foreignKeyName: "user_api_keys_user_id_fkey"
                                columns: ["user_id"]
                                isOneToOne: true
                                referencedRelation: "users"
                                referencedColumns: ["id"]
                              },
                            ]
                          }
                    """);
        }
    }

    private static List<String> namesIn(String types, String section, String next) {
        String part = types.substring(types.indexOf("    " + section + ": {"), types.indexOf("    " + next + ": {"));
        return TABLE.matcher(part).results().map(found -> found.group(1)).toList();
    }
}
