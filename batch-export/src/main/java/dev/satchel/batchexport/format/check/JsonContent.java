package dev.satchel.batchexport.format.check;

import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads one JSON document: the request, the datasets with their records, and the manifest at its end. */
final class JsonContent {

    private final JsonParser json;
    private final RecordedFile recorded;
    private final FoundContent found;

    private JsonContent(JsonParser json, RecordedFile recorded, FoundContent found) {
        this.json = json;
        this.recorded = recorded;
        this.found = found;
    }

    static void read(InputStream in, RecordedFile recorded, FoundContent found) throws UnreadableContentException {
        new JsonContent(JsonReading.parser(in), recorded, found).document();
    }

    private void document() throws UnreadableContentException {
        JsonReading.expect(json, JsonToken.START_OBJECT);
        boolean hasRecords = false;
        boolean hasCounts = false;
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "type" -> compare("type", recorded.type());
                case "format" -> compare("format", recorded.format().code());
                case "snapshot_at" -> compareSnapshot();
                case "datasets" -> {
                    JsonReading.require(value, JsonToken.START_OBJECT);
                    datasets();
                    hasRecords = true;
                }
                case "records" -> {
                    JsonReading.require(value, JsonToken.START_OBJECT);
                    counts();
                    hasCounts = true;
                }
                default -> json.skipChildren();
            }
        }
        JsonReading.require(json.currentToken(), JsonToken.END_OBJECT);
        if (json.nextToken() != null) {
            throw new UnreadableContentException("something follows the document");
        }
        if (!hasRecords || !hasCounts) {
            throw new UnreadableContentException("it has no \"" + (hasRecords ? "records" : "datasets") + "\"");
        }
    }

    private void datasets() throws UnreadableContentException {
        for (String dataset = json.nextName(); dataset != null; dataset = json.nextName()) {
            JsonReading.expect(json, JsonToken.START_ARRAY);
            long count = 0;
            for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
                JsonReading.require(token, JsonToken.START_OBJECT);
                json.skipChildren();
                count++;
            }
            found.add(dataset, count);
        }
        JsonReading.require(json.currentToken(), JsonToken.END_OBJECT);
    }

    private void counts() throws UnreadableContentException {
        Map<String, Long> counts = new HashMap<>();
        boolean others = false;
        for (String dataset = json.nextName(); dataset != null; dataset = json.nextName()) {
            JsonReading.expect(json, JsonToken.VALUE_NUMBER_INT);
            if (recorded.records().containsKey(dataset)) {
                counts.put(dataset, json.getLongValue());
            } else {
                others = true;
            }
        }
        JsonReading.require(json.currentToken(), JsonToken.END_OBJECT);
        ManifestCounts.compare(counts, others, recorded, found);
    }

    private void compare(String name, String expected) throws UnreadableContentException {
        JsonReading.require(json.currentToken(), JsonToken.VALUE_STRING);
        if (!json.getString().equals(expected)) {
            found.contradiction("", name + " " + expected, "another " + name);
        }
    }

    private void compareSnapshot() throws UnreadableContentException {
        JsonReading.require(json.currentToken(), JsonToken.VALUE_STRING);
        ManifestCounts.compareSnapshot(json.getString(), recorded, found);
    }
}
