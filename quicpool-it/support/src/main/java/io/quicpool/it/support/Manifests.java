package io.quicpool.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** A file of docs/kubernetes: documents of YAML, read by paths of keys. */
public record Manifests(List<Object> documents) {

    private static final Path FOLDER = Path.of("../../docs/kubernetes");

    public static List<String> files() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Manifests of(String file) {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        try {
            List<Object> documents = new ArrayList<>();
            new Yaml(new SafeConstructor(strict))
                    .loadAll(Files.readString(FOLDER.resolve(file)))
                    .forEach(documents::add);
            return new Manifests(documents);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<Object> all(String kind) {
        return documents.stream()
                .filter(document -> kind.equals(at(document, "kind")))
                .toList();
    }

    public Object only(String kind) {
        List<Object> all = all(kind);
        if (all.size() != 1) {
            throw new AssertionError(all.size() + " of the kind " + kind);
        }
        return all.get(0);
    }

    public Object named(String kind, String name) {
        return all(kind).stream()
                .filter(document -> name.equals(at(document, "metadata", "name")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + kind + " " + name));
    }

    /** The value at a path; null when there is none. */
    public static @Nullable Object at(@Nullable Object node, String... path) {
        @Nullable Object found = node;
        for (String key : path) {
            found = found instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return found;
    }

    public static String text(@Nullable Object node, String... path) {
        if (at(node, path) instanceof String found) {
            return found;
        }
        throw new AssertionError("no text: " + String.join(".", path) + " of " + node);
    }

    public static int number(@Nullable Object node, String... path) {
        if (at(node, path) instanceof Integer found) {
            return found;
        }
        throw new AssertionError("no number: " + String.join(".", path) + " of " + node);
    }

    public static List<Object> items(@Nullable Object node, String... path) {
        if (at(node, path) instanceof List<?> found) {
            return new ArrayList<>(found);
        }
        throw new AssertionError("no list: " + String.join(".", path) + " of " + node);
    }
}
