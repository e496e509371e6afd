package io.quicpool.cdi;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.PoolKind;
import io.quicpool.settings.SettingsReader;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.build.compatible.spi.BeanInfo;
import jakarta.enterprise.inject.build.compatible.spi.BuildCompatibleExtension;
import jakarta.enterprise.inject.build.compatible.spi.DisposerInfo;
import jakarta.enterprise.inject.build.compatible.spi.InjectionPointInfo;
import jakarta.enterprise.inject.build.compatible.spi.InterceptorInfo;
import jakarta.enterprise.inject.build.compatible.spi.ObserverInfo;
import jakarta.enterprise.inject.build.compatible.spi.Registration;
import jakarta.enterprise.inject.build.compatible.spi.Synthesis;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticBeanBuilder;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticBeanCreator;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticComponents;
import jakarta.enterprise.lang.model.AnnotationInfo;
import jakarta.enterprise.lang.model.declarations.DeclarationInfo;
import jakarta.enterprise.lang.model.declarations.MethodInfo;
import jakarta.enterprise.lang.model.declarations.ParameterInfo;
import jakarta.enterprise.lang.model.types.Type;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Adds one bean for each pool that is configured or named by an injection point. It runs at the start of the application, or at build
 * time in containers such as Quarkus. The beans are {@code @ApplicationScoped}, so that they can be mocked.
 */
public final class QuicPoolExtension implements BuildCompatibleExtension {

    private final Map<PoolKind, Set<String>> named = new EnumMap<>(PoolKind.class);
    // The application does not start without these pools. An Instance requires nothing.
    private final Set<String> required = new TreeSet<>();

    /** For the container. */
    public QuicPoolExtension() {
        for (PoolKind kind : PoolKind.values()) {
            named.put(kind, new TreeSet<>());
        }
    }

    /** Collects the injection points of each bean. */
    @Registration(types = Object.class)
    public void collect(BeanInfo bean) {
        for (InjectionPointInfo point : bean.injectionPoints()) {
            collect(point.type(), point.qualifiers(), point::declaration);
        }
        DisposerInfo disposer = bean.disposer();
        if (disposer != null) {
            collectParameters(disposer.disposerMethod());
        }
    }

    /** Collects the injection points of each interceptor. Some containers do not treat interceptors as beans. */
    @Registration(types = Object.class)
    public void collect(InterceptorInfo interceptor) {
        collect((BeanInfo) interceptor);
    }

    /** Collects the parameters of each observer method. */
    @Registration(types = Object.class)
    public void collect(ObserverInfo observer) {
        MethodInfo method = observer.observerMethod();
        if (method != null) {
            collectParameters(method);
        }
    }

    private void collectParameters(MethodInfo method) {
        for (ParameterInfo parameter : method.parameters()) {
            collect(parameter.type(), parameter.annotations(), () -> parameter);
        }
    }

    // Some containers cannot give the declaration of every type and injection point. Those with a pool have one
    // everywhere.
    private void collect(Type type, Collection<AnnotationInfo> qualifiers, Supplier<DeclarationInfo> declaration) {
        for (AnnotationInfo qualifier : qualifiers) {
            if (qualifier.name().equals(QuicPool.class.getName())) {
                collect(type, qualifier.hasValue() ? qualifier.value().asString() : "", declaration);
            }
        }
    }

    private void collect(Type type, String pool, Supplier<DeclarationInfo> declaration) {
        PoolKind kind = kind(type);
        // Such as Instance<ClientPool>.
        PoolKind wrapped = type.isParameterizedType()
                        && type.asParameterizedType().typeArguments().size() == 1
                ? kind(type.asParameterizedType().typeArguments().get(0))
                : null;
        if (kind != null) {
            named(kind).add(pool);
            required.add(new RequiredPools.Point(kind, pool, place(declaration.get())).text());
        } else if (wrapped != null) {
            named(wrapped).add(pool);
        }
    }

    private Set<String> named(PoolKind kind) {
        return named.computeIfAbsent(kind, none -> new TreeSet<>());
    }

    private static @Nullable PoolKind kind(Type type) {
        if (!type.isClass()) {
            return null;
        }
        String name = type.asClass().declaration().name();
        if (name.equals(ClientPool.class.getName())) {
            return PoolKind.CLIENT;
        }
        return name.equals(ServerPool.class.getName()) ? PoolKind.SERVER : null;
    }

    private static String place(DeclarationInfo declaration) {
        if (declaration.isField()) {
            return declaration.asField().declaringClass().name() + "."
                    + declaration.asField().name();
        }
        if (declaration.isParameter()) {
            ParameterInfo parameter = declaration.asParameter();
            MethodInfo method = parameter.declaringMethod();
            return method.declaringClass().name() + "." + (method.isConstructor() ? "<init>" : method.name()) + "("
                    + parameter.name() + ")";
        }
        return declaration.toString();
    }

    /** Adds the beans. */
    @Synthesis
    public void add(SyntheticComponents components) {
        components
                .addBean(RequiredPools.class)
                .type(RequiredPools.class)
                .scope(Dependent.class)
                .withParam(RequiredPoolsCreator.POINTS, required.toArray(String[]::new))
                .createWith(RequiredPoolsCreator.class);
        Map<PoolKind, List<String>> configured = SettingsReader.names(ConfigProvider.getConfig());
        add(components, ClientPool.class, PoolCreator.Client.class, PoolKind.CLIENT, configured);
        add(components, ServerPool.class, PoolCreator.Server.class, PoolKind.SERVER, configured);
    }

    private <P extends StreamPool> void add(
            SyntheticComponents components,
            Class<P> type,
            Class<? extends SyntheticBeanCreator<P>> creator,
            PoolKind kind,
            Map<PoolKind, List<String>> configured) {
        List<String> known = configured.getOrDefault(kind, List.of());
        Set<String> names = new TreeSet<>(known);
        names.addAll(named(kind));
        String only = PoolNames.only(known);
        if (only != null) {
            // One bean with both qualifiers, so that @Any finds it once.
            names.remove("");
        }
        for (String name : names) {
            SyntheticBeanBuilder<P> bean = components
                    .addBean(type)
                    .type(type)
                    .type(StreamPool.class)
                    .qualifier(QuicPool.Literal.of(name))
                    .scope(ApplicationScoped.class)
                    .withParam(PoolCreator.NAME, name)
                    .createWith(creator);
            if (name.equals(only)) {
                bean.qualifier(QuicPool.Literal.of(""));
            }
        }
    }
}
