package dev.satchel.batchexport.page;

/**
 * What a chart shows, in words.
 *
 * @param id names the drawing in its page; only letters and hyphens
 * @param title stands above the chart
 * @param text says what is to be seen, to people who do not see it
 */
public record Description(String id, String title, String text) {}
