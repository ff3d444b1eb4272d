/**
 * Legacy keys: what an application stored unsealed before it used Satchel, and how {@link
 * dev.satchel.keys.legacy.KeyAdoption} seals them.
 */
@NullMarked
package dev.satchel.keys.legacy;

import org.jspecify.annotations.NullMarked;
