package dev.satchel.batchexport.serve.management;

import dev.satchel.batchexport.observe.health.CheckResult;
import dev.satchel.batchexport.observe.health.HealthCheck;
import dev.satchel.batchexport.terminal.VisibleText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the program says of its health, in the words of Spring Boot's actuator. Safe for use by many threads.
 *
 * <p>It is alive as long as it works by itself, and ready when what it needs is there. What others have to put right, such
 * as an export that waits, makes it neither dead nor unready: another start would change nothing.
 *
 * @param checks all checks by their names
 * @param needed the names of the checks without which it is not ready
 * @param alive whether the program works
 * @param stopping whether it was told to stop
 */
record Health(Map<String, HealthCheck> checks, Set<String> needed, BooleanSupplier alive, BooleanSupplier stopping) {

    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    /** What is said of one check. */
    private record Component(String status, Map<String, String> details) {}

    Answer health() {
        return answer(name -> true);
    }

    Answer liveness() {
        return alive.getAsBoolean() ? json(OK, Map.of("status", "UP")) : json(UNAVAILABLE, Map.of("status", "DOWN"));
    }

    Answer readiness() {
        return stopping.getAsBoolean()
                ? json(UNAVAILABLE, Map.of("status", "OUT_OF_SERVICE"))
                : answer(needed::contains);
    }

    private Answer answer(Predicate<String> chosen) {
        Map<String, Object> components = new LinkedHashMap<>();
        boolean areAllUp = true;
        // All at once, or checks that are late would add up.
        checks.forEach((name, check) -> {
            if (chosen.test(name)) {
                check.begin();
            }
        });
        for (Map.Entry<String, HealthCheck> check : checks.entrySet()) {
            if (chosen.test(check.getKey())) {
                CheckResult result = check.getValue().check();
                areAllUp &= result.passed();
                components.put(
                        check.getKey(), new Component(status(result.passed()), Map.of("message", result.sentence())));
            }
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("status", status(areAllUp));
        document.put("components", components);
        return json(areAllUp ? OK : UNAVAILABLE, document);
    }

    private static String status(boolean isUp) {
        return isUp ? "UP" : "DOWN";
    }

    private static Answer json(int status, Map<String, ?> document) {
        return new Answer(
                status,
                "application/json",
                // For a person who reads it at a terminal; in JSON the escape means the character.
                VisibleText.lines(JsonMapper.shared().writeValueAsString(document)));
    }
}
