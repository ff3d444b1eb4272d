package dev.satchel.batchexport.format.check;

import java.io.InputStream;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads JSON Lines: one object per line, which begins with the name of its dataset if the file holds several. */
final class JsonLinesContent {

    private static final String DATASET = "dataset";

    private JsonLinesContent() {}

    static void read(InputStream in, RecordedFile recorded, FoundContent found) throws UnreadableContentException {
        JsonParser json = JsonReading.parser(in);
        int line = 0;
        for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
            JsonReading.require(token, JsonToken.START_OBJECT);
            int begun = json.currentTokenLocation().getLineNr();
            if (begun == line) {
                throw new UnreadableContentException("two records are on one line");
            }
            line = begun;
            String dataset = recorded.isAll() ? datasetOf(json) : recorded.type();
            skipRest(json);
            found.add(dataset, 1);
        }
    }

    private static String datasetOf(JsonParser json) throws UnreadableContentException {
        JsonReading.expect(json, JsonToken.PROPERTY_NAME);
        if (!DATASET.equals(json.currentName())) {
            throw new UnreadableContentException("a record does not begin with the name of its dataset");
        }
        JsonReading.expect(json, JsonToken.VALUE_STRING);
        return json.getString();
    }

    private static void skipRest(JsonParser record) {
        while (record.nextToken() != JsonToken.END_OBJECT) {
            record.skipChildren();
        }
    }
}
