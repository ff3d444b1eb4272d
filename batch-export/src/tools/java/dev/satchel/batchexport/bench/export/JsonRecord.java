package dev.satchel.batchexport.bench.export;

import dev.satchel.batchexport.bench.measure.Host;
import dev.satchel.batchexport.bench.measure.Measurement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import tools.jackson.databind.json.JsonMapper;

/** A measurement as one line of JSON, with everything that is needed to compare it with one of another day. */
final class JsonRecord {

    private static final JsonMapper JSON = new JsonMapper();

    private JsonRecord() {}

    static String of(Host host, Measurement measured) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("benchmark", "export");
        fields.put("round", measured.round());
        fields.put("contestant", measured.contestant());
        fields.put("sink", measured.sink());
        fields.put("exports", measured.exports());
        fields.put("rows", measured.rows());
        fields.put("bytes", measured.bytes());
        fields.put("seconds", measured.cost().seconds());
        fields.put("client_cpu_seconds", measured.cost().client());
        OptionalDouble server = measured.cost().server();
        fields.put("server_cpu_seconds", server.isPresent() ? server.getAsDouble() : null);
        fields.put("commit", host.commit());
        fields.put("dirty", host.dirty());
        fields.put("jvm", host.jvm());
        fields.put("heap_bytes", host.heap());
        fields.put("server", host.server());
        fields.put("cpu", host.cpu());
        fields.put("processors", host.processors());
        return JSON.writeValueAsString(fields);
    }
}
