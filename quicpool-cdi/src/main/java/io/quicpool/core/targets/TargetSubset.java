package io.quicpool.core.targets;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Chooses some of many targets for a client, by rendezvous hashing (Thaler and Ravishankar, "Using Name-Based Mappings to Increase
 * Hit Rates", 1998). Each pair of client and target has a weight, and a client uses the targets with the highest weights. So clients
 * spread evenly without knowing of each other. A client that restarts under its name gets the same targets. A target that goes is
 * replaced for its own clients only, and no client loses another.
 *
 * <p>Pure functions. Costs one SHA-256 for each target, which is for each answer of a discovery and not for each take.
 */
public final class TargetSubset {

    // No text in UTF-8 contains this byte. So no two pairs of client and target are the same bytes.
    private static final byte SEPARATOR = (byte) 0xff;

    private record Weighted<T>(T target, String name, long weight) {}

    private TargetSubset() {}

    /**
     * The targets of a client.
     *
     * @param client the name of the client; different for each, and the same after a restart if its targets should be
     * @param targets all targets; of several with the same name, the first counts
     * @param max how many targets the client may have, at least 1
     * @param name the name of a target, such as its address; every client has to use the same
     * @return at most {@code max} targets, in the order in which they were given
     */
    public static <T> List<T> of(String client, Collection<T> targets, int max, Function<? super T, String> name) {
        if (max < 1) {
            throw new IllegalArgumentException("a client has at least 1 target, not " + max);
        }
        MessageDigest digest = sha256();
        List<Weighted<T>> all = targets.stream()
                .collect(Collectors.toMap(name, target -> target, (first, second) -> first, LinkedHashMap::new))
                .entrySet()
                .stream()
                .map(each -> new Weighted<>(each.getValue(), each.getKey(), weight(digest, client, each.getKey())))
                .toList();
        if (all.size() <= max) {
            return all.stream().map(Weighted::target).toList();
        }
        // Equal weights are improbable. The name makes the choice certain even then.
        Set<String> chosen = all.stream()
                .sorted(Comparator.<Weighted<T>>comparingLong(Weighted::weight)
                        .reversed()
                        .thenComparing(Weighted::name))
                .limit(max)
                .map(Weighted::name)
                .collect(Collectors.toSet());
        return all.stream()
                .filter(each -> chosen.contains(each.name()))
                .map(Weighted::target)
                .toList();
    }

    // Not hashCode: the weights must be independent, and the same in each version and on each JVM.
    private static long weight(MessageDigest digest, String client, String target) {
        digest.update(client.getBytes(StandardCharsets.UTF_8));
        digest.update(SEPARATOR);
        return ByteBuffer.wrap(digest.digest(target.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256, which every Java platform has to have", e);
        }
    }
}
