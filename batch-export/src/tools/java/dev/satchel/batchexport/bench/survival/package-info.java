/**
 * {@code satchel bench survival}: systems that deliver the same exports while their workers are killed and paused, and what
 * the {@linkplain dev.satchel.judge judge} finds afterwards.
 *
 * <p>{@link dev.satchel.batchexport.bench.survival.Survival} runs one {@link
 * dev.satchel.batchexport.bench.survival.Subject} and knows nothing of it but how it is started.
 */
package dev.satchel.batchexport.bench.survival;
