package io.quicpool.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A value of the option {@code target}: a list of targets, or a URI that a {@link TargetSourceProvider} understands. Immutable. */
public final class TargetSpec {

    private static final Pattern URI_FORM = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");

    private final List<TargetAddress> targets;
    private final @Nullable URI uri;

    private TargetSpec(List<TargetAddress> targets, @Nullable URI uri) {
        this.targets = targets;
        this.uri = uri;
    }

    /** A list of targets. */
    public static TargetSpec of(List<TargetAddress> targets) {
        return new TargetSpec(List.copyOf(targets), null);
    }

    /**
     * Reads {@code HOST:PORT}, {@code HOST:PORT@ZONE}, several of them with commas between, or {@code SCHEME://NAME}.
     *
     * @param property the setting that the text is from, for the message
     * @param text such as {@code orders-1:4433, orders-2:4433@eu-1} or {@code stork://orders}
     * @throws ConfigException when the text has another form
     */
    public static TargetSpec parse(String property, String text) {
        String given = text.strip();
        return URI_FORM.matcher(given).matches()
                ? new TargetSpec(List.of(), uri(property, given))
                : of(Arrays.stream(text.split(",", -1))
                        .map(each -> TargetAddress.parse(property, each))
                        .toList());
    }

    private static URI uri(String property, String text) {
        try {
            URI uri = new URI(text);
            if (uri.getAuthority() != null) {
                return uri;
            }
            throw new ConfigException(property, text, "has no name after the scheme; must be SCHEME://NAME");
        } catch (URISyntaxException e) {
            throw new ConfigException(property, text, "is no URI; must be SCHEME://NAME", e);
        }
    }

    /** The targets; empty when there is a URI. */
    public List<TargetAddress> targets() {
        return targets;
    }

    /** The URI; null when there are targets. */
    public @Nullable URI uri() {
        return uri;
    }

    // Zones count here: they are part of what was configured.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TargetSpec spec
                && Objects.equals(uri, spec.uri)
                && targets.equals(spec.targets)
                && allSame(spec.targets);
    }

    private boolean allSame(List<TargetAddress> others) {
        for (int i = 0; i < targets.size(); i++) {
            if (!targets.get(i).isSame(others.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return Objects.hash(targets, uri);
    }

    /** The form that {@link #parse} reads. */
    @Override
    public String toString() {
        return uri != null
                ? uri.toString()
                : targets.stream().map(TargetSpec::text).collect(Collectors.joining(", "));
    }

    private static String text(TargetAddress target) {
        return target.zone() == null ? target.toString() : target + "@" + target.zone();
    }
}
