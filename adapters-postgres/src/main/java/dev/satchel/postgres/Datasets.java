package dev.satchel.postgres;

import static dev.satchel.postgres.SourceColumn.computed;

import dev.satchel.export.Column;
import dev.satchel.export.Dataset;
import dev.satchel.export.Dataset.Filter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Every dataset: which columns of which tables are a user's data, and which are left out, with the reason.
 *
 * <p>A new table or column that holds data of users belongs here; until it does, {@link ExportCoverage} reports it.
 * Every statement names the owner, so that row security is the second wall and not the only one: the application lets
 * everybody read rows whose owner is gone, and lists that are public.
 */
final class Datasets {

    private static final String OWNER = "the user's own id, the same in every record: 'id' in profile";
    private static final String SECRET = "a sealed key; 'is_set' in api_keys says whether there is one";

    private static final SourceTable LEARNER = new SourceTable("users", "learner");
    private static final SourceTable SETTINGS = new SourceTable("user_settings", "settings");
    private static final SourceTable TOTALS = new SourceTable("user_progress", "totals");
    private static final SourceTable SESSION = new SourceTable("sessions", "session");
    private static final SourceTable LEARNING = new SourceTable("learning_progress", "learning");
    private static final SourceTable WORD = new SourceTable("vocabulary_items", "word");
    private static final SourceTable LIST = new SourceTable("vocabulary_lists", "list");
    private static final SourceTable DESCRIPTION = new SourceTable("saved_descriptions", "description");
    private static final SourceTable IMAGE = new SourceTable("images", "image");
    private static final SourceTable ANSWER = new SourceTable("qa_responses", "answer");
    private static final SourceTable INTERACTION = new SourceTable("user_interactions", "interaction");
    private static final SourceTable ANALYTICS = new SourceTable("learning_analytics", "analytics");
    private static final SourceTable EXPORT = new SourceTable("export_history", "export");
    private static final SourceTable KEY_STATUS = new SourceTable("user_api_keys_status", "status");
    private static final SourceTable KEYS = new SourceTable("user_api_keys", "keys");

    /** Holds where the word, or the list without a word, is the user's own. */
    private static final String OWN = "own.list_id IS NOT NULL";

    /** Satchel's own tables with data of users, none of which is in a file. */
    private static final Map<String, String> LEFT_OUT_OF_SATCHEL = new TreeMap<>(Map.of(
            "data_key", "wrapped keys, which are secrets and say nothing of the user",
            "export_lease", "which worker delivers an export; 'status' in exports says that one does",
            "export_queue", "the order of what waits; 'status' in exports says that it does",
            "export_requester", "when the user last asked for an export, which 'created_at' in exports says",
            "key_audit",
                    "the operator's record of who used a key and for what; it names logins of the operator, who"
                            + " answers a user's question from it",
            "key_check", "what providers last said of a key; 'last_validated_at' in api_keys says when one accepted it",
            "progress_total", "the exact sums behind progress, which shows them",
            "session_credit", "what each session contributed to progress; the sessions themselves are in sessions",
            "user_zone", "the zones that the operator had the user's days counted in; progress shows what came of it"));

    private static final Map<Dataset, DatasetQuery> ALL = new LinkedHashMap<>();

    static {
        define(DatasetQuery.of(new Dataset("profile", "your account", Set.of()), LEARNER)
                .columns(
                        LEARNER.uuid("id"),
                        LEARNER.text("email"),
                        LEARNER.text("username"),
                        LEARNER.text("full_name"),
                        LEARNER.text("avatar_url"),
                        LEARNER.enumerated("spanish_level"),
                        LEARNER.bool("is_authenticated"),
                        LEARNER.bool("profile_completed"),
                        LEARNER.enumerated("theme"),
                        LEARNER.enumerated("language"),
                        LEARNER.enumerated("default_description_style"),
                        LEARNER.integer("target_words_per_day"),
                        LEARNER.enumerated("preferred_difficulty"),
                        LEARNER.bool("enable_notifications"),
                        LEARNER.instant("created_at"),
                        LEARNER.instant("updated_at"),
                        LEARNER.instant("last_login"))
                .from("""
                      FROM public.users AS learner
                     WHERE learner.id = :user
                    """)
                .orderedBy("learner.id"));

        define(DatasetQuery.of(new Dataset("settings", "your settings", Set.of()), SETTINGS)
                .columns(
                        SETTINGS.uuid("id"),
                        SETTINGS.enumerated("theme"),
                        SETTINGS.enumerated("language"),
                        SETTINGS.text("font_size"),
                        SETTINGS.bool("high_contrast"),
                        SETTINGS.bool("reduced_motion"),
                        SETTINGS.enumerated("default_description_style"),
                        SETTINGS.bool("auto_save_descriptions"),
                        SETTINGS.bool("auto_save_vocabulary"),
                        SETTINGS.bool("auto_generate_qa"),
                        SETTINGS.bool("enable_notifications"),
                        SETTINGS.bool("email_notifications"),
                        SETTINGS.bool("push_notifications"),
                        SETTINGS.text("reminder_frequency"),
                        SETTINGS.time("reminder_time"),
                        SETTINGS.bool("profile_public"),
                        SETTINGS.bool("share_progress"),
                        SETTINGS.bool("data_collection"),
                        SETTINGS.enumerated("default_export_format"),
                        SETTINGS.integer("max_history_items"),
                        SETTINGS.bool("auto_backup"),
                        SETTINGS.text("backup_frequency"),
                        SETTINGS.integer("daily_word_goal"),
                        SETTINGS.integer("weekly_session_goal"),
                        SETTINGS.integer("preferred_session_length"),
                        SETTINGS.bool("enable_experimental"),
                        SETTINGS.bool("enable_ai_suggestions"),
                        SETTINGS.bool("voice_enabled"),
                        SETTINGS.bool("offline_mode"),
                        SETTINGS.integer("settings_version"),
                        SETTINGS.text("last_modified_by"),
                        SETTINGS.instant("created_at"),
                        SETTINGS.instant("updated_at"))
                .without(SETTINGS, "user_id", OWNER)
                .from("""
                      FROM public.user_settings AS settings
                     WHERE settings.user_id = :user
                    """)
                .orderedBy("settings.id"));

        define(DatasetQuery.of(new Dataset("progress", "your totals and streaks", Set.of()), TOTALS)
                .columns(
                        TOTALS.uuid("id"),
                        TOTALS.integer("total_descriptions"),
                        TOTALS.integer("total_images"),
                        TOTALS.integer("total_questions_answered"),
                        TOTALS.integer("total_vocabulary_learned"),
                        TOTALS.integer("total_sessions"),
                        TOTALS.integer("total_time_spent_minutes"),
                        TOTALS.integer("current_streak_days"),
                        TOTALS.integer("longest_streak_days"),
                        TOTALS.integer("total_points"),
                        TOTALS.decimal("average_accuracy"),
                        TOTALS.integer("mastered_words_count"),
                        TOTALS.integer("learning_words_count"),
                        TOTALS.integer("new_words_count"),
                        TOTALS.instant("last_activity_at"),
                        TOTALS.instant("created_at"),
                        TOTALS.instant("updated_at"))
                .without(TOTALS, "user_id", OWNER)
                .from("""
                      FROM public.user_progress AS totals
                     WHERE totals.user_id = :user
                    """)
                .orderedBy("totals.id"));

        define(DatasetQuery.of(new Dataset("sessions", "your learning sessions", Set.of(Filter.PERIOD)), SESSION)
                .columns(
                        SESSION.uuid("id"),
                        SESSION.enumerated("session_type"),
                        SESSION.instant("started_at"),
                        SESSION.instant("ended_at"),
                        SESSION.integer("duration_minutes"),
                        SESSION.integer("images_processed"),
                        SESSION.integer("descriptions_generated"),
                        SESSION.integer("qa_attempts"),
                        SESSION.integer("qa_correct"),
                        SESSION.integer("vocabulary_learned"),
                        SESSION.integer("phrases_saved"),
                        SESSION.json("session_data"),
                        SESSION.text("user_agent"),
                        SESSION.inet("ip_address"),
                        SESSION.text("device_type"),
                        SESSION.decimal("engagement_score"),
                        SESSION.decimal("completion_rate"),
                        SESSION.instant("created_at"))
                .without(SESSION, "user_id", OWNER)
                .from("""
                      FROM public.sessions AS session
                     WHERE session.user_id = :user
                    """)
                .at("session.started_at")
                .orderedBy("session.started_at, session.id"));

        // One record per word: those the user studies, those in lists of their own, most often both. The keys are
        // joined first and everything else by them, so that a word or list which row security hides (a list is no
        // longer shared) leaves its columns missing and takes no record away. Of other people's lists only the name.
        define(DatasetQuery.of(
                        new Dataset(
                                "vocabulary",
                                "your words, and how far you have come with them",
                                Set.of(Filter.PERIOD, Filter.DIFFICULTY, Filter.PHASE)),
                        LEARNING,
                        LIST)
                .columns(
                        computed("vocabulary_item_id", Column.Type.UUID, "coalesce(studied.word_id, own.word_id)"),
                        WORD.text("spanish_text"),
                        WORD.text("english_translation"),
                        WORD.enumerated("part_of_speech"),
                        WORD.enumerated("difficulty_level"),
                        WORD.enumerated("gender"),
                        WORD.text("article"),
                        WORD.text("plural_form"),
                        WORD.json("conjugation_info"),
                        WORD.text("category"),
                        WORD.text("subcategory"),
                        WORD.text("context_sentence_spanish"),
                        WORD.text("context_sentence_english"),
                        WORD.text("pronunciation_ipa"),
                        WORD.text("pronunciation_audio_url"),
                        WORD.integer("syllable_count"),
                        WORD.text("stress_pattern"),
                        WORD.text("usage_notes"),
                        WORD.integer("frequency_score"),
                        WORD.integer("commonality_rank"),
                        WORD.text("register"),
                        WORD.array("synonyms"),
                        WORD.array("antonyms"),
                        WORD.array("related_words"),
                        WORD.array("word_family"),
                        WORD.array("memory_hints"),
                        WORD.text("cultural_notes"),
                        WORD.array("false_friends"),
                        WORD.array("associated_image_urls"),
                        WORD.text("emoji_representation"),
                        WORD.instant("created_at").as("word_created_at"),
                        computed("is_own", Column.Type.BOOLEAN, OWN),
                        computed("list_id", Column.Type.UUID, "coalesce(own.list_id, word.vocabulary_list_id)"),
                        LIST.text("name").as("list_name"),
                        LIST.text("description").as("list_description").where(OWN),
                        LIST.enumerated("category").as("list_category").where(OWN),
                        LIST.integer("difficulty_level")
                                .as("list_difficulty_level")
                                .where(OWN),
                        LIST.integer("total_words").as("list_total_words").where(OWN),
                        LIST.bool("is_active").as("list_is_active").where(OWN),
                        LIST.bool("is_public").as("list_is_public").where(OWN),
                        LIST.decimal("completion_rate")
                                .as("list_completion_rate")
                                .where(OWN),
                        LIST.decimal("average_mastery")
                                .as("list_average_mastery")
                                .where(OWN),
                        LIST.array("tags").as("list_tags").where(OWN),
                        LIST.text("source_url").as("list_source_url").where(OWN),
                        LIST.text("language_pair").as("list_language_pair").where(OWN),
                        LIST.instant("created_at").as("list_created_at").where(OWN),
                        LIST.instant("updated_at").as("list_updated_at").where(OWN),
                        LEARNING.uuid("id").as("learning_id"),
                        LEARNING.uuid("session_id").as("learning_session_id"),
                        LEARNING.integer("mastery_level"),
                        LEARNING.integer("review_count"),
                        LEARNING.integer("correct_count"),
                        LEARNING.integer("incorrect_count"),
                        LEARNING.integer("streak_count"),
                        LEARNING.instant("last_reviewed"),
                        LEARNING.instant("next_review"),
                        LEARNING.instant("first_learned"),
                        LEARNING.decimal("difficulty_adjustment"),
                        LEARNING.enumerated("learning_phase"),
                        LEARNING.decimal("confidence_score"),
                        LEARNING.integer("average_response_time"),
                        LEARNING.json("error_patterns"),
                        LEARNING.decimal("learning_velocity"),
                        LEARNING.decimal("ease_factor"),
                        LEARNING.integer("interval_days"),
                        LEARNING.instant("created_at").as("learning_created_at"),
                        LEARNING.instant("updated_at").as("learning_updated_at"))
                .without(WORD, "id", "is 'vocabulary_item_id'")
                .without(WORD, "vocabulary_list_id", "is 'list_id'")
                .without(LIST, "id", "is 'list_id'")
                .without(LIST, "created_by", "the user's own id where 'is_own', else the id of somebody else")
                .without(LIST, "shared_with", "the ids of other users")
                .without(LEARNING, "user_id", OWNER)
                .without(LEARNING, "vocabulary_item_id", "is 'vocabulary_item_id'")
                .from("""
                      FROM (SELECT learning.id, learning.vocabulary_item_id AS word_id
                              FROM public.learning_progress AS learning
                             WHERE learning.user_id = :user) AS studied
                      FULL JOIN (SELECT list.id AS list_id, word.id AS word_id
                                   FROM public.vocabulary_lists AS list
                                   LEFT JOIN public.vocabulary_items AS word ON word.vocabulary_list_id = list.id
                                  WHERE list.created_by = :user) AS own
                        ON own.word_id = studied.word_id
                      LEFT JOIN public.learning_progress AS learning ON learning.id = studied.id
                      LEFT JOIN public.vocabulary_items AS word ON word.id = coalesce(studied.word_id, own.word_id)
                      LEFT JOIN public.vocabulary_lists AS list
                        ON list.id = coalesce(own.list_id, word.vocabulary_list_id)
                     WHERE true
                    """)
                .orElse(LEARNING, """
                    SELECT NULL::uuid AS id, NULL::uuid AS vocabulary_item_id, NULL::uuid AS user_id,
                           NULL::text AS learning_phase, NULL::timestamptz AS first_learned,
                           NULL::timestamptz AS created_at""")
                .orElse(WORD, """
                    SELECT NULL::uuid AS id, NULL::uuid AS vocabulary_list_id, NULL::text AS difficulty_level,
                           NULL::timestamptz AS created_at""")
                .orElse(LIST, """
                    SELECT NULL::uuid AS id, NULL::uuid AS created_by, NULL::timestamptz AS created_at""")
                .owning(LEARNING, LIST, WORD)
                .at("coalesce(learning.first_learned, learning.created_at, word.created_at, list.created_at)")
                .difficulty("word.difficulty_level")
                .phase("learning.learning_phase")
                .orderedBy("""
                    coalesce(learning.first_learned, learning.created_at, word.created_at, list.created_at),
                              coalesce(studied.word_id, own.word_id), own.list_id, studied.id"""));

        define(DatasetQuery.of(
                        new Dataset("descriptions", "the descriptions made for your images", Set.of(Filter.PERIOD)),
                        DESCRIPTION)
                .columns(
                        DESCRIPTION.uuid("id"),
                        DESCRIPTION.uuid("session_id"),
                        DESCRIPTION.uuid("image_id"),
                        DESCRIPTION.text("english_description"),
                        DESCRIPTION.text("spanish_description"),
                        DESCRIPTION.enumerated("description_style"),
                        DESCRIPTION.integer("word_count_english"),
                        DESCRIPTION.integer("word_count_spanish"),
                        DESCRIPTION.decimal("complexity_score"),
                        DESCRIPTION.decimal("readability_score"),
                        DESCRIPTION.json("generated_vocabulary"),
                        DESCRIPTION.json("qa_pairs"),
                        DESCRIPTION.json("extracted_phrases"),
                        DESCRIPTION.bool("is_favorite"),
                        DESCRIPTION.array("tags"),
                        DESCRIPTION.text("personal_notes"),
                        DESCRIPTION.integer("user_rating"),
                        DESCRIPTION.bool("is_public"),
                        DESCRIPTION.json("reported_issues"),
                        DESCRIPTION.text("model_version"),
                        DESCRIPTION.json("generation_params"),
                        DESCRIPTION.integer("generation_time_ms"),
                        DESCRIPTION.instant("created_at"),
                        DESCRIPTION.instant("updated_at"),
                        IMAGE.text("url").as("image_url"),
                        IMAGE.text("photographer_name").as("image_photographer_name"),
                        IMAGE.text("photographer_username").as("image_photographer_username"),
                        IMAGE.text("photographer_url").as("image_photographer_url"))
                .without(DESCRIPTION, "user_id", OWNER)
                .from("""
                      FROM public.saved_descriptions AS description
                      LEFT JOIN public.images AS image ON image.id = description.image_id
                     WHERE description.user_id = :user
                    """)
                .orElse(IMAGE, "SELECT NULL::uuid AS id")
                .at("description.created_at")
                .orderedBy("description.created_at, description.id"));

        define(DatasetQuery.of(
                        new Dataset("qa", "the questions made for you, and your answers", Set.of(Filter.PERIOD)),
                        ANSWER)
                .columns(
                        ANSWER.uuid("id"),
                        ANSWER.uuid("session_id"),
                        ANSWER.uuid("image_id"),
                        ANSWER.uuid("description_id"),
                        ANSWER.text("question"),
                        ANSWER.text("correct_answer"),
                        ANSWER.text("user_answer"),
                        ANSWER.bool("is_correct"),
                        ANSWER.decimal("similarity_score"),
                        ANSWER.decimal("confidence_level"),
                        ANSWER.enumerated("difficulty"),
                        ANSWER.text("question_type"),
                        ANSWER.text("language_focus"),
                        ANSWER.integer("response_time_seconds"),
                        ANSWER.bool("hint_used"),
                        ANSWER.integer("attempts_count"),
                        ANSWER.array("vocabulary_items_tested"),
                        ANSWER.array("grammar_concepts"),
                        ANSWER.array("cultural_elements"),
                        ANSWER.text("explanation"),
                        ANSWER.text("feedback_positive"),
                        ANSWER.text("feedback_improvement"),
                        ANSWER.array("additional_resources"),
                        ANSWER.text("question_generated_by"),
                        ANSWER.text("model_version"),
                        ANSWER.decimal("generation_confidence"),
                        ANSWER.instant("created_at"))
                .without(ANSWER, "user_id", OWNER)
                .from("""
                      FROM public.qa_responses AS answer
                     WHERE answer.user_id = :user
                    """)
                .at("answer.created_at")
                .orderedBy("answer.created_at, answer.id"));

        define(DatasetQuery.of(
                        new Dataset("interactions", "what you did in your sessions", Set.of(Filter.PERIOD)),
                        INTERACTION)
                .columns(
                        INTERACTION.uuid("id"),
                        INTERACTION.uuid("session_id"),
                        INTERACTION.text("interaction_type"),
                        INTERACTION.text("component"),
                        INTERACTION.text("action"),
                        INTERACTION.uuid("target_id"),
                        INTERACTION.text("page_url"),
                        INTERACTION.text("referrer"),
                        INTERACTION.text("user_agent"),
                        INTERACTION.instant("timestamp"),
                        INTERACTION.integer("duration_ms"),
                        INTERACTION.json("metadata"))
                .without(INTERACTION, "user_id", OWNER)
                .from("""
                      FROM public.user_interactions AS interaction
                     WHERE interaction.user_id = :user
                    """)
                .at("interaction.timestamp")
                .orderedBy("interaction.timestamp, interaction.id"));

        define(DatasetQuery.of(
                        new Dataset(
                                "analytics",
                                "what was recorded about your use of the application",
                                Set.of(Filter.PERIOD)),
                        ANALYTICS)
                .columns(
                        ANALYTICS.uuid("id"),
                        ANALYTICS.date("date_recorded"),
                        ANALYTICS.text("period_type"),
                        ANALYTICS.integer("vocabulary_learned"),
                        ANALYTICS.integer("vocabulary_reviewed"),
                        ANALYTICS.integer("qa_correct"),
                        ANALYTICS.integer("qa_total"),
                        ANALYTICS.integer("sessions_count"),
                        ANALYTICS.integer("total_study_time"),
                        ANALYTICS.integer("descriptions_generated"),
                        ANALYTICS.decimal("average_accuracy"),
                        ANALYTICS.decimal("improvement_rate"),
                        ANALYTICS.decimal("consistency_score"),
                        ANALYTICS.bool("daily_goal_met"),
                        ANALYTICS.bool("weekly_goal_met"),
                        ANALYTICS.integer("streak_days"),
                        ANALYTICS.instant("created_at"))
                .without(ANALYTICS, "user_id", OWNER)
                .from("""
                      FROM public.learning_analytics AS analytics
                     WHERE analytics.user_id = :user
                    """)
                .at("analytics.date_recorded")
                .orderedBy("analytics.date_recorded, analytics.id"));

        define(DatasetQuery.of(new Dataset("exports", "the exports you asked for", Set.of(Filter.PERIOD)), EXPORT)
                .columns(
                        EXPORT.uuid("id"),
                        EXPORT.text("export_type"),
                        EXPORT.text("export_format"),
                        EXPORT.text("status"),
                        EXPORT.integer("records_count"),
                        EXPORT.integer("file_size_bytes"),
                        EXPORT.json("filters"),
                        EXPORT.text("error_message"),
                        EXPORT.integer("retry_count"),
                        EXPORT.instant("started_at"),
                        EXPORT.instant("completed_at"),
                        EXPORT.integer("processing_time_seconds"),
                        EXPORT.instant("expires_at"),
                        EXPORT.instant("created_at"),
                        EXPORT.instant("updated_at"))
                .without(EXPORT, "user_id", OWNER)
                .without(EXPORT, "file_url", "where a file is kept that only a minted link may open")
                .without(EXPORT, "data", "the manifest of a file, for those who check it")
                .from("""
                      FROM public.export_history AS export
                     WHERE export.user_id = :user
                    """)
                .at("export.created_at")
                .orderedBy("export.created_at, export.id"));

        // The view knows which keys are set without anybody reading them.
        define(DatasetQuery.of(
                        new Dataset(
                                "api_keys",
                                "for which providers you stored a key, never the keys themselves",
                                Set.of()),
                        KEY_STATUS)
                .columns(
                        KEY_STATUS.text("provider"),
                        KEY_STATUS.bool("is_set"),
                        KEY_STATUS.bool("is_active"),
                        KEY_STATUS.instant("last_validated_at"),
                        KEYS.instant("created_at"),
                        KEYS.instant("updated_at"))
                .without(KEY_STATUS, "user_id", OWNER)
                .without(KEYS, "id", "names nothing a user sees")
                .without(KEYS, "user_id", OWNER)
                .without(KEYS, "openai_api_key", SECRET)
                .without(KEYS, "unsplash_api_key", SECRET)
                .without(KEYS, "anthropic_api_key", SECRET)
                .without(KEYS, "last_validated_at", "comes from user_api_keys_status")
                .without(KEYS, "is_active", "comes from user_api_keys_status")
                .from("""
                      FROM public.user_api_keys_status AS status
                      LEFT JOIN public.user_api_keys AS keys ON keys.user_id = status.user_id
                     WHERE status.user_id = :user
                    """)
                .orElse(KEYS, "SELECT NULL::uuid AS user_id")
                .owning(KEYS)
                .orderedBy("status.provider"));
    }

    private Datasets() {}

    private static void define(DatasetQuery query) {
        ALL.put(query.dataset(), query);
    }

    static List<DatasetQuery> all() {
        return List.copyOf(ALL.values());
    }

    /** Satchel's own tables with data of users, each with the reason why no file holds it. */
    static Map<String, String> leftOutOfSatchel() {
        return Collections.unmodifiableMap(LEFT_OUT_OF_SATCHEL);
    }
}
