package io.quicpool.config;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The targets of names with {@code resolve=all}: each address of each name. A name that cannot be looked up keeps the addresses that
 * it had. Used by one thread.
 */
final class NameTargets implements PollingSource.Question {

    private final List<TargetAddress> names;
    private final TargetResolver resolver;
    private final Map<TargetAddress, List<TargetAddress>> known = new HashMap<>();

    NameTargets(List<TargetAddress> names, TargetResolver resolver) {
        this.names = names;
        this.resolver = resolver;
    }

    @Override
    public void ask(TargetSource.Listener listener) throws Exception {
        Exception failure = null;
        for (TargetAddress name : names) {
            try {
                known.put(name, addresses(name));
            } catch (IOException | RuntimeException e) {
                failure = e;
            }
        }
        if (!known.isEmpty()) {
            listener.targets(all());
        }
        if (failure != null) {
            throw failure;
        }
    }

    private List<TargetAddress> addresses(TargetAddress name) throws IOException {
        List<InetSocketAddress> found = resolver.resolve(name.endpoint());
        if (found.isEmpty()) {
            throw new IOException("the resolver gave no address of " + name);
        }
        return found.stream().map(address -> target(name, address)).toList();
    }

    private static TargetAddress target(TargetAddress name, InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalStateException(
                    "the resolver gave an address that is not resolved: " + Endpoint.text(address));
        }
        TargetAddress.Builder target = TargetAddress.builder(Endpoint.parse("target", Endpoint.text(address)))
                .serverName(name.serverName());
        return name.zone() == null ? target.build() : target.zone(name.zone()).build();
    }

    private List<TargetAddress> all() {
        Map<TargetAddress, TargetAddress> distinct = new LinkedHashMap<>();
        for (TargetAddress name : names) {
            known.getOrDefault(name, List.of()).forEach(each -> distinct.putIfAbsent(each, each));
        }
        return List.copyOf(distinct.values());
    }
}
