package dev.satchel.batchexport.format.archive.bag;

import dev.satchel.batchexport.format.value.Iso8601;
import dev.satchel.batchexport.format.value.LocalTimes;
import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Column;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Describes the CSV files as a tabular data package of Frictionless, version 1 of its specifications. */
public final class DataPackage {

    public static final String FILE = "datapackage.json";

    private static final JsonFactory FACTORY = new JsonFactory();

    // ISO 8601 with microseconds, for which the libraries know no pattern in common.
    private static final String MOMENT = "any";
    private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final String LOCAL = "%Y-%m-%d %H:%M:%S";

    private DataPackage() {}

    /**
     * A CSV file of the package.
     *
     * @param name the dataset's name
     * @param description what the dataset holds, in words for people
     * @param facts what its records were like
     */
    public record Table(String name, String description, DeliveredFile.Entry file, ColumnFacts facts) {}

    /**
     * The descriptor.
     *
     * @param name of the package: lower-case letters, digits and {@code .-_}
     * @param zone the zone of the columns of local times
     */
    public static byte[] json(String name, String title, Instant takenAt, ZoneId zone, List<Table> tables) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeName("profile").writeString("tabular-data-package");
            json.writeName("name").writeString(name);
            json.writeName("title").writeString(title);
            json.writeName("created").writeString(Iso8601.moment(takenAt));
            json.writeName("zone").writeString(zoneName(zone));
            json.writeName("resources").writeStartArray();
            for (Table table : tables) {
                json.writeRaw('\n');
                write(json, zone, table);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return bytes.toByteArray();
    }

    private static String zoneName(ZoneId zone) {
        return zone.getId().equals("Z") ? "UTC" : zone.getId();
    }

    private static void write(JsonGenerator json, ZoneId zone, Table table) {
        json.writeStartObject();
        json.writeName("profile").writeString("tabular-data-resource");
        json.writeName("name").writeString(table.name());
        json.writeName("path").writeString(table.file().name());
        json.writeName("description").writeString(table.description());
        json.writeName("format").writeString("csv");
        json.writeName("mediatype").writeString("text/csv");
        json.writeName("encoding").writeString("utf-8");
        json.writeName("bytes").writeNumber(table.file().bytes());
        json.writeName("hash").writeString("sha256:" + table.file().sha256());
        json.writeName("dialect").writeStartObject();
        json.writeName("delimiter").writeString(",");
        json.writeName("lineTerminator").writeString("\r\n");
        json.writeName("quoteChar").writeString("\"");
        json.writeName("doubleQuote").writeBoolean(true);
        json.writeName("skipInitialSpace").writeBoolean(false);
        json.writeName("header").writeBoolean(true);
        json.writeName("caseSensitiveHeader").writeBoolean(true);
        json.writeEndObject();
        json.writeName("schema").writeStartObject();
        json.writeName("fields").writeStartArray();
        List<Column> columns = table.facts().columns();
        List<Column> written = LocalTimes.added(columns);
        int next = 0;
        for (int index = 0; index < columns.size(); index++) {
            Column column = columns.get(index);
            boolean isText = table.facts().isText(index);
            field(
                    json,
                    written.get(next++).name(),
                    isText,
                    column,
                    table.facts().typeOfJson(index));
            if (column.type() == Column.Type.INSTANT) {
                local(json, written.get(next++).name(), isText, column, zone);
            }
        }
        json.writeEndArray();
        json.writeName("missingValues").writeStartArray();
        json.writeString("");
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void field(JsonGenerator json, String name, boolean isText, Column column, String typeOfJson) {
        json.writeStartObject();
        json.writeName("name").writeString(name);
        if (isText) {
            json.writeName("type").writeString("string");
        } else {
            switch (column.type()) {
                case BOOLEAN -> json.writeName("type").writeString("boolean");
                case INTEGER -> json.writeName("type").writeString("integer");
                case DECIMAL -> json.writeName("type").writeString("number");
                case UUID -> {
                    json.writeName("type").writeString("string");
                    // Not the format "uuid", which some libraries take for the versions 1 to 5 only.
                    json.writeName("constraints").writeStartObject();
                    json.writeName("pattern").writeString(UUID);
                    json.writeEndObject();
                }
                case TEXT -> json.writeName("type").writeString("string");
                case JSON -> json.writeName("type").writeString(typeOfJson);
                case INSTANT -> {
                    json.writeName("type").writeString("datetime");
                    json.writeName("format").writeString(MOMENT);
                    json.writeName("description").writeString("a moment in UTC");
                }
                case DATE -> json.writeName("type").writeString("date");
            }
        }
        origin(json, column);
        json.writeEndObject();
    }

    private static void local(JsonGenerator json, String name, boolean isText, Column of, ZoneId zone) {
        json.writeStartObject();
        json.writeName("name").writeString(name);
        json.writeName("type").writeString(isText ? "string" : "datetime");
        if (!isText) {
            json.writeName("format").writeString(LOCAL);
        }
        json.writeName("description")
                .writeString("what clocks showed at '" + of.name() + "', in the zone " + zoneName(zone));
        origin(json, of);
        json.writeEndObject();
    }

    /** A property of our own, as the specifications allow them. */
    private static void origin(JsonGenerator json, Column column) {
        column.knownOrigin().ifPresent(origin -> json.writeName("origin").writeString(origin.code()));
    }
}
