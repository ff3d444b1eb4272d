package dev.satchel.postgres.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A value of a YAML file with its position, so that errors name file, line and column.
 *
 * <p>Reads YAML 1.2 without aliases, so that each value has one position. Tags create no objects.
 */
public final class YamlValue {

    private final String file;
    private final Node node;

    private YamlValue(String file, Node node) {
        this.file = file;
        this.node = node;
    }

    /**
     * Reads a text.
     *
     * @param file the name of the file in error messages
     * @param content what the file should hold, in the message for an empty one
     * @throws YamlFileException if the text is not YAML, or is empty
     */
    public static YamlValue parse(String file, String text, String content) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setAllowDuplicateKeys(true)
                .setMaxAliasesForCollections(0)
                .build();
        try {
            Node root = new Compose(settings)
                    .composeString(text)
                    .orElseThrow(() -> new YamlFileException(file + ": the file is empty: expected " + content));
            return new YamlValue(file, root);
        } catch (MarkedYamlEngineException malformed) {
            String problem = malformed.getProblem();
            throw malformed
                    .getProblemMark()
                    .map(mark -> new YamlFileException(at(file, mark) + "is not YAML: " + problem))
                    .orElseGet(() -> new YamlFileException(file + ": is not YAML: " + problem));
        } catch (YamlEngineException malformed) {
            throw new YamlFileException(file + ": is not YAML: " + malformed.getMessage());
        }
    }

    /** An exception with the position of this value. */
    public YamlFileException error(String problem) {
        return new YamlFileException(
                node.getStartMark().map(mark -> at(file, mark)).orElse(file + ": ") + problem);
    }

    private static String at(String file, Mark mark) {
        return file + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1) + ": ";
    }

    public boolean isText() {
        return node instanceof ScalarNode;
    }

    public boolean isList() {
        return node instanceof SequenceNode;
    }

    /** The text of a scalar that is not empty. */
    public String text(String what) {
        if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
            return scalar.getValue();
        }
        throw error("expected " + what + (node instanceof ScalarNode ? ", was empty" : ", was " + kind()));
    }

    /**
     * The result of {@code parser} for the text. An {@link IllegalArgumentException} of the parser becomes an error
     * with the position.
     */
    public <T> T text(String what, Function<String, T> parser) {
        String text = text(what);
        try {
            return parser.apply(text);
        } catch (YamlFileException placed) {
            throw placed;
        } catch (IllegalArgumentException refused) {
            throw error(String.valueOf(refused.getMessage()));
        }
    }

    public boolean truth(String what) {
        return switch (text(what)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw error("expected true or false for " + what + ", was '" + text(what) + "'");
        };
    }

    public List<YamlValue> list(String what) {
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue().stream()
                    .map(each -> new YamlValue(file, each))
                    .toList();
        }
        throw error("expected " + what + ", was " + kind());
    }

    /** A list of texts; a single text counts as a list of one. */
    public List<String> texts(String what) {
        return isText()
                ? List.of(text(what))
                : list(what).stream().map(each -> each.text(what)).toList();
    }

    /** A mapping with any keys. */
    public Map<String, YamlValue> mapping(String what) {
        if (!(node instanceof MappingNode mapping)) {
            throw error("expected " + what + ", was " + kind());
        }
        Map<String, YamlValue> values = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            YamlValue key = new YamlValue(file, entry.getKeyNode());
            if (values.put(key.text("a key"), new YamlValue(file, entry.getValueNode())) != null) {
                throw key.error("the key '" + key.text("a key") + "' is here twice: remove one of them");
            }
        }
        return values;
    }

    /** A mapping in which only the keys {@code allowed} may occur. */
    public Fields fields(String what, List<String> allowed) {
        Map<String, YamlValue> values = mapping(what);
        List<String> unknown = new ArrayList<>(values.keySet());
        unknown.removeAll(allowed);
        if (!unknown.isEmpty()) {
            throw key(unknown.get(0))
                    .error("the key '" + unknown.get(0) + "' is unknown: expected one of "
                            + String.join(", ", allowed));
        }
        return new Fields(this, what, values);
    }

    private YamlValue key(String name) {
        return ((MappingNode) node)
                .getValue().stream()
                        .map(NodeTuple::getKeyNode)
                        .filter(key -> key instanceof ScalarNode scalar
                                && scalar.getValue().equals(name))
                        .findFirst()
                        .map(key -> new YamlValue(file, key))
                        .orElse(this);
    }

    private String kind() {
        if (node instanceof MappingNode) {
            return "a mapping";
        }
        return node instanceof SequenceNode ? "a list" : "a text";
    }

    /** The values of a mapping by key. */
    public record Fields(YamlValue of, String what, Map<String, YamlValue> values) {

        public Optional<YamlValue> find(String key) {
            return Optional.ofNullable(values.get(key));
        }

        public YamlValue require(String key) {
            return find(key).orElseThrow(() -> of.error(what + " needs the key '" + key + "'"));
        }
    }
}
