/**
 * Validation: asking a provider whether a user's key still works.
 *
 * <p>{@link dev.satchel.keys.validation.KeyValidation} checks one key, {@link
 * dev.satchel.keys.validation.KeyRevalidation} the keys whose check is due, through a {@link
 * dev.satchel.keys.validation.ProviderCheck}. An outage of a provider does not change the validity of a key.
 */
@NullMarked
package dev.satchel.keys.validation;

import org.jspecify.annotations.NullMarked;
