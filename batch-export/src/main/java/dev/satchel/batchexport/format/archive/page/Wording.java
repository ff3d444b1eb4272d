package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.record.Dataset;
import java.math.BigDecimal;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.Set;

/** The words, numbers and times of a page in the reader's language and zone. */
final class Wording {

    /** The beginnings of the keys of texts that name parts of the page. */
    private static final Set<String> HEADINGS =
            Set.of("part", "nav", "activity", "words", "inside", "uses", "missing", "dataset");

    private static final int DECIMALS = 6;

    /** Of a number below 1 as many digits are shown at least, whatever zeros are before them. */
    private static final int DIGITS = 4;

    private final Language language;
    private final Locale locale;
    private final ZoneId zone;
    private final ResourceBundle texts;

    Wording(Language language, ZoneId zone) {
        this.language = language;
        this.locale = language.locale();
        this.zone = zone;
        // Without a fallback, so that the language of the machine plays no part.
        this.texts = ResourceBundle.getBundle(
                "dev.satchel.batchexport.format.archive.page.page",
                locale,
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    }

    /** The language of the page, as {@code lang} takes it. */
    String language() {
        return language.code();
    }

    Locale locale() {
        return locale;
    }

    String zoneName() {
        return name(zone);
    }

    static String name(ZoneId zone) {
        return zone.normalized().equals(ZoneOffset.UTC) ? "UTC" : zone.getId();
    }

    /** The text of a key, with arguments in the place of {@code {0}} and so on. */
    String text(String key, String... arguments) {
        String text = texts.getString(key);
        return arguments.length == 0 ? text : new MessageFormat(text, locale).format(arguments);
    }

    /** The text for that many things; the number is {@code {0}}. */
    String count(String key, long number) {
        return text(number == 1 ? key + ".one" : key, whole(number));
    }

    private String or(String key, String otherwise) {
        return texts.containsKey(key) ? texts.getString(key) : otherwise;
    }

    /**
     * What a dataset is called. No two are called the same, and none as another heading or table of the page, because
     * readers who hear a page choose between the names of its parts.
     */
    String title(Dataset dataset) {
        String name = dataset.name();
        if (texts.containsKey("dataset." + name)) {
            return texts.getString("dataset." + name);
        }
        String plain = plain(name);
        boolean isOnlyOne = plain.toLowerCase(Locale.ROOT).replace(' ', '_').equals(name)
                && texts.keySet().stream()
                        .filter(key -> HEADINGS.contains(key.split("\\.", -1)[0]))
                        .noneMatch(key -> texts.getString(key).equalsIgnoreCase(plain));
        return isOnlyOne ? plain : plain + " (" + name + ")";
    }

    /** What a column is called. */
    String heading(String column) {
        return or("column." + column, plain(column));
    }

    /** What a column of the only record of a dataset is called. */
    String headingAlone(String column) {
        return or("alone." + column, heading(column));
    }

    /** What a word of the application is called, such as the name of a phase. */
    String value(String column, String word) {
        return or("value." + column + "." + word, word);
    }

    private static String plain(String name) {
        String words = name.replaceAll("_+", " ").strip();
        return words.isEmpty() ? name : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    String whole(long number) {
        return NumberFormat.getIntegerInstance(locale).format(number);
    }

    String decimal(BigDecimal number) {
        NumberFormat format = NumberFormat.getNumberInstance(locale);
        // As many as are stored: an amount of money keeps its cents, and a place on earth its street.
        int most = Math.max(DECIMALS, number.scale() - number.precision() + DIGITS);
        int decimals = Math.max(0, Math.min(most, number.scale()));
        format.setMinimumFractionDigits(decimals);
        format.setMaximumFractionDigits(decimals);
        return format.format(number);
    }

    /** A share from 0 to 1 in percent. */
    String percent(double share) {
        NumberFormat format = NumberFormat.getPercentInstance(locale);
        format.setMaximumFractionDigits(share > 0.1 ? 0 : 1);
        return format.format(share);
    }

    /** A time as hours and minutes. */
    String time(Duration time) {
        String minutes = text("time.minutes", whole(time.toMinutesPart()));
        return time.toHours() == 0 ? minutes : text("time.hours", whole(time.toHours()), minutes);
    }

    String date(LocalDate date) {
        return format(text("pattern.date")).format(date);
    }

    /** A date without its year, such as for the label of a chart. */
    String shortDate(LocalDate date) {
        return format(text("pattern.short")).format(date);
    }

    /** A date with the day of the week. */
    String weekday(LocalDate date) {
        return format(text("pattern.weekday")).format(date);
    }

    /** A date and a time of day in the reader's zone. */
    String moment(Instant instant) {
        return format(text("pattern.moment")).format(instant.atZone(zone));
    }

    /** The same, for a table: short and to the minute. */
    String shortMoment(Instant instant) {
        return format(text("pattern.table")).format(instant.atZone(zone));
    }

    /** Texts one after the other, with a comma between them. */
    String list(List<String> parts) {
        return String.join(", ", parts);
    }

    private DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, locale);
    }
}
