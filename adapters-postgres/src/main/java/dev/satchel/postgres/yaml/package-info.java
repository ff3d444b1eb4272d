/**
 * YAML files that operators write, read strictly: every error names file, line and column.
 */
@NullMarked
package dev.satchel.postgres.yaml;

import org.jspecify.annotations.NullMarked;
