package dev.satchel.batchexport.observe.health;

/**
 * What a check found.
 *
 * @param passed whether all is well
 * @param sentence what was found, and where something is wrong the remedy; holds no secret and no value of a row
 */
public record CheckResult(boolean passed, String sentence) {

    static CheckResult passed(String sentence) {
        return new CheckResult(true, sentence);
    }

    static CheckResult failed(String sentence) {
        return new CheckResult(false, sentence);
    }
}
