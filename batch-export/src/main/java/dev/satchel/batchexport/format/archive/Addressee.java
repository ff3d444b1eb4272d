package dev.satchel.batchexport.format.archive;

import java.time.ZoneId;
import java.util.Optional;

/**
 * The person whose data an archive holds, as the archive speaks to them.
 *
 * <p>By convention an application says this in two datasets: {@code settings} with a column {@code language}, and
 * {@code profile} with the columns {@code language}, {@code full_name} and {@code username}. Each may be missing. The first
 * record that has a value counts, and the language of the settings goes before that of the profile.
 *
 * @param language the person's language; English if it is unknown, or is one that archives do not speak
 * @param name the full name, else the user name; empty if neither is known, or the export holds no profile
 * @param zone the zone in which the person's days are counted, for every time that people read
 */
public record Addressee(Language language, Optional<String> name, ZoneId zone) {}
