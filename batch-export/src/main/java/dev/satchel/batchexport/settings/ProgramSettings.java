package dev.satchel.batchexport.settings;

import dev.satchel.batchexport.terminal.LogLevel;
import dev.satchel.batchexport.terminal.log.LogFormat;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the parts are that the program works with, each as it was written; {@link Settings} opens them.
 *
 * @param store where files go
 * @param datasets the file, or the directory of files, that changes the datasets
 * @param usersTable the table that holds the users, where both candidates exist
 * @param kek where the key-encryption keys are
 * @param logFormat how log lines are written; {@link LogFormat} reads it before there are settings
 * @param logLevel what is logged; {@link LogLevel} reads it before there are settings
 */
record ProgramSettings(
        @Nullable String store,
        @Nullable String datasets,
        @Nullable String usersTable,
        @Nullable String kek,
        @DefaultValue("text") String logFormat,
        @DefaultValue("INFO") String logLevel) {}
