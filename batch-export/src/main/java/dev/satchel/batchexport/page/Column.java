package dev.satchel.batchexport.page;

/**
 * A column of a chart, such as a day.
 *
 * @param label stands below it; empty for most, so that labels have room
 * @param hint what a pointer shows over it
 */
public record Column(String label, String hint) {}
