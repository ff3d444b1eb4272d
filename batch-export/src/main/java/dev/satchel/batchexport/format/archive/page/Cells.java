package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.value.RecordObjects;
import dev.satchel.batchexport.page.Table;
import dev.satchel.record.Column;
import dev.satchel.record.RecordSink;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The values of records as a page says them. */
final class Cells {

    private static final Pattern WORD_OF_THE_APPLICATION = Pattern.compile("[a-z_]{1,40}");

    private final Wording wording;

    Cells(Wording wording) {
        this.wording = wording;
    }

    /** The head of a column. */
    Table.Column head(Column column) {
        String name = wording.heading(column.name());
        return switch (column.type()) {
            case INTEGER, DECIMAL -> Table.Column.number(name);
            case BOOLEAN, INSTANT, DATE, UUID -> Table.Column.words(name);
            case TEXT, JSON -> Table.Column.prose(name);
        };
    }

    /** The text of a value; empty where there is none. */
    String text(Column column, @Nullable Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof Boolean truth) {
            return wording.text(truth ? "yes" : "no");
        }
        if (value instanceof Long number) {
            boolean isYear = column.name().equals("year") || column.name().endsWith("_year");
            return isYear ? number.toString() : wording.whole(number);
        }
        if (value instanceof BigDecimal number) {
            return wording.decimal(number);
        }
        if (value instanceof RecordObjects.Moment moment) {
            return moment(moment);
        }
        if (value instanceof RecordObjects.Day day) {
            return day(day);
        }
        if (value instanceof RecordSink.NonFinite special) {
            return special.text();
        }
        if (value instanceof RecordObjects.Json json) {
            return list(json.text());
        }
        String text = value.toString();
        return WORD_OF_THE_APPLICATION.matcher(text).matches() ? wording.value(column.name(), text) : text;
    }

    /** An array of words as a list of words; any other JSON as it is. */
    private String list(String json) {
        try {
            JsonNode node = JsonMapper.shared().readTree(json);
            if (node.isArray() && node.values().stream().allMatch(JsonNode::isValueNode)) {
                return wording.list(
                        node.values().stream().map(JsonNode::asString).toList());
            }
        } catch (JacksonException unreadable) {
            // Only PostgreSQL wrote it, but numbers and depths are bounded here.
            return json;
        }
        return json;
    }

    private String moment(RecordObjects.Moment moment) {
        try {
            return wording.shortMoment(Instant.ofEpochSecond(moment.epochSecond()));
        } catch (DateTimeException tooFar) {
            return moment.epochSecond() + " s";
        }
    }

    private String day(RecordObjects.Day day) {
        try {
            return wording.date(LocalDate.ofEpochDay(day.epochDay()));
        } catch (DateTimeException tooFar) {
            return day.epochDay() + " d";
        }
    }
}
