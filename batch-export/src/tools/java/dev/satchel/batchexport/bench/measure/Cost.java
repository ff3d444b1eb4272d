package dev.satchel.batchexport.bench.measure;

import java.util.OptionalDouble;

/**
 * What one measurement cost.
 *
 * @param client CPU-seconds of this process
 * @param server CPU-seconds of PostgreSQL; empty where the system does not tell
 */
public record Cost(double seconds, double client, OptionalDouble server) {}
