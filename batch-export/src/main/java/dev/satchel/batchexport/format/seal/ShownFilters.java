package dev.satchel.batchexport.format.seal;

import dev.satchel.record.ExportFilters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The filters of a request as a person sees them: with the fingerprint of a key instead of the key. */
public final class ShownFilters {

    private ShownFilters() {}

    /**
     * The same filters without the key of their recipient.
     *
     * @param json the filters as they stand in the history
     */
    public static String of(String json) {
        if (!json.contains(ExportFilters.ENCRYPT_TO)) {
            return json;
        }
        try {
            JsonNode filters = JsonMapper.shared().readTree(json);
            if (filters instanceof ObjectNode object && object.has(ExportFilters.ENCRYPT_TO)) {
                JsonNode key = object.get(ExportFilters.ENCRYPT_TO);
                String text = key.isString() ? key.stringValue() : key.toString();
                object.put(ExportFilters.ENCRYPT_TO, Recipient.identity(text));
                return object.toString();
            }
            return json;
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException("the filters of an export are no JSON", malformed);
        }
    }
}
