package dev.satchel.batchexport.settings;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.NumberUtils;
import org.springframework.util.unit.DataSize;

/**
 * Makes a record of settings from their texts, as Spring Boot makes the records of a service: with its notations of times
 * and sizes, and its annotation for defaults. Spring Boot's own binding takes a tenth of a start.
 */
final class RecordValues {

    private static final String TRUE_OR_FALSE = "true or false";

    private final Map<String, String> texts;

    /** @param texts what is set, by property */
    RecordValues(Map<String, String> texts) {
        this.texts = texts;
    }

    /**
     * The record of the settings below that prefix.
     *
     * @throws IllegalArgumentException if a text is malformed, or the record refuses a value; the message begins with the
     *     property
     */
    <T extends Record> T bound(String prefix, Class<T> type) {
        RecordComponent[] components = type.getRecordComponents();
        try {
            Constructor<T> canonical = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            canonical.setAccessible(true);
            @Nullable Object[] values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                values[i] = value(
                        prefix + "." + SettingNames.property(components[i].getName()),
                        canonical.getParameters()[i]);
            }
            return canonical.newInstance(values);
        } catch (InvocationTargetException refused) {
            throw refused.getCause() instanceof IllegalArgumentException outOfRange
                    ? outOfRange
                    : new IllegalStateException("the settings below " + prefix + " cannot be made", refused);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("a record has its canonical constructor", impossible);
        }
    }

    private @Nullable Object value(String property, Parameter parameter) {
        Class<?> type = parameter.getType();
        String text = texts.get(property);
        if (text == null) {
            DefaultValue byDefault = parameter.getAnnotation(DefaultValue.class);
            return byDefault == null ? null : converted(String.join("", byDefault.value()), type);
        }
        try {
            return converted(text, type);
        } catch (IllegalArgumentException malformed) {
            // The text is never repeated: it may be a secret that was set under the wrong name.
            throw new IllegalArgumentException(property + " is malformed: expected " + expected(type));
        }
    }

    private static Object converted(String text, Class<?> type) {
        if (type == String.class) {
            return text;
        }
        if (type == Duration.class) {
            return DurationStyle.detectAndParse(text);
        }
        if (type == DataSize.class) {
            return DataSize.parse(text);
        }
        if (type == int.class) {
            return NumberUtils.parseNumber(text, Integer.class);
        }
        if (type == boolean.class || type == Boolean.class) {
            return isTrue(text);
        }
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> letters(constant.toString()).equals(letters(text)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown"));
    }

    // Spring takes yes, on and 1 too, and a second spelling of a value is one that the next program does not know.
    private static boolean isTrue(String text) {
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw new IllegalArgumentException("neither " + TRUE_OR_FALSE);
        }
        return text.equalsIgnoreCase("true");
    }

    // As Spring's binding compares them: WHEN_NEEDED, when-needed and whenNeeded are one value.
    private static String letters(String text) {
        return text.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
    }

    private static String expected(Class<?> type) {
        if (type == Duration.class) {
            return "a time such as 60s, 24h or 7d";
        }
        if (type == boolean.class || type == Boolean.class) {
            return TRUE_OR_FALSE;
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant ->
                            constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(" or "));
        }
        if (type == DataSize.class) {
            return "a size such as 500MB or 2GB";
        }
        return "a whole number";
    }
}
