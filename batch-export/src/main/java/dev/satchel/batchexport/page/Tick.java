package dev.satchel.batchexport.page;

/**
 * A line of a scale.
 *
 * @param share of the height, from 0 to 1
 */
record Tick(double share, String label) {}
