package dev.satchel.batchexport.schema.catalog;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a fact of the contract is about, as the beginning of its subject says. */
public enum FactKind {
    GRANT("grants", "grant on (?<kind>schema|table|view|sequence|column|function) (?<object>.+) to (?<role>.+)"),
    GRANT_ELSEWHERE("grants", "grant on (?<kind>\\w+) ?(?<object>.*) to (?<role>.+)"),
    RIGHTS("rights", "rights of (?<role>\\S+) on (?<object>.+)"),
    ROLE("roles", "role (?<role>.+)"),
    MEMBERSHIP("memberships of roles", "membership of (?<role>\\S+) in (?<object>.+)"),
    MEMBERS("memberships of roles", "members of (?<role>\\S+) among the API roles"),
    USE_OF_PUBLIC("grants", "use of schema public by (?<role>.+)"),
    PLATFORM(
            "parts of the platform",
            "(use of schema auth by|execution of auth.uid\\(\\) by|function auth.uid\\(\\)).*"),
    OWNER("owners", "owner of (?<kind>table|view|sequence|function) (?<object>.+)"),
    TABLE("tables", "table (?<object>.+)"),
    COLUMN("columns", "column (?<object>.+)\\.(?<part>[^.]+)"),
    DEFAULT("defaults", "default of (?<object>.+)\\.(?<part>[^.]+)"),
    CONSTRAINT("constraints", "constraint (?<part>.+) on (?<object>.+)"),
    INDEX("indexes", "index (?<object>.+)"),
    USE_OF_INDEX("indexes", "use of index (?<object>.+)"),
    USE_OF_OTHERS("uses of others' objects", "use of .+ in .+"),
    ROW_SECURITY("settings of row security", "row security of (?<object>.+)"),
    POLICY("policies", "(USING of |WITH CHECK of )?policy (?<part>.+) on (?<object>.+)"),
    TRIGGER("triggers", "(state of )?trigger (?<part>.+) on (?<object>.+)"),
    RULE("rules", "rule (?<part>.+) on (?<object>.+)"),
    VIEW("views", "((query|security_invoker|options) of )?view (?<object>.+)"),
    SEQUENCE("sequences", "sequence (?<object>.+)"),
    NUMBERS("sequences", "numbers of sequence (?<object>.+)"),
    FUNCTION("functions", "((body|settings|security) of )?function (?<object>.+)"),
    TYPE("types", "type (?<object>.+)"),
    OTHER("others", ".+");

    /** How several are called. */
    public final String plural;

    private final Pattern subject;

    FactKind(String plural, String subject) {
        this.plural = plural;
        // A name may hold a line break.
        this.subject = Pattern.compile(subject, Pattern.DOTALL);
    }

    /** The parts of a subject of this kind, by the names of the groups. */
    public Matcher partsOf(String text) {
        Matcher parts = subject.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(text + " is not about " + plural);
        }
        return parts;
    }

    public static FactKind of(String subject) {
        return Arrays.stream(values())
                .filter(kind -> kind.subject.matcher(subject).matches())
                .findFirst()
                .orElseThrow();
    }
}
