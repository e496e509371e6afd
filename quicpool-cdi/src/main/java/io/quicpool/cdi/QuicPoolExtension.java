package io.quicpool.cdi;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.settings.PoolKind;
import io.quicpool.settings.SettingsReader;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.build.compatible.spi.BeanInfo;
import jakarta.enterprise.inject.build.compatible.spi.BuildCompatibleExtension;
import jakarta.enterprise.inject.build.compatible.spi.InjectionPointInfo;
import jakarta.enterprise.inject.build.compatible.spi.Registration;
import jakarta.enterprise.inject.build.compatible.spi.Synthesis;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticComponents;
import jakarta.enterprise.lang.model.AnnotationInfo;
import jakarta.enterprise.lang.model.declarations.DeclarationInfo;
import jakarta.enterprise.lang.model.declarations.MethodInfo;
import jakarta.enterprise.lang.model.declarations.ParameterInfo;
import jakarta.enterprise.lang.model.types.Type;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * What is done while the application is built (at its start, or earlier where the container builds ahead): collects the pools
 * that injection points name, and adds a bean for each pool of the configuration, so that {@code @Any Instance<StreamPool>}
 * gives them all.
 */
public final class QuicPoolExtension implements BuildCompatibleExtension {

    private final Set<String> points = new TreeSet<>();

    /** For the container. */
    public QuicPoolExtension() {}

    /**
     * Looks at the injection points of each bean.
     *
     * @param bean the bean
     */
    @Registration(types = Object.class)
    public void collect(BeanInfo bean) {
        for (InjectionPointInfo point : bean.injectionPoints()) {
            PoolKind kind = kind(point.type());
            if (kind == null) {
                continue;
            }
            for (AnnotationInfo qualifier : point.qualifiers()) {
                if (qualifier.name().equals(QuicPool.class.getName())) {
                    String pool = qualifier.hasValue() ? qualifier.value().asString() : "";
                    points.add(new RequiredPools.Point(kind, pool, place(point.declaration())).text());
                }
            }
        }
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

    /**
     * Adds the beans.
     *
     * @param components where to
     */
    @Synthesis
    public void add(SyntheticComponents components) {
        components
                .addBean(RequiredPools.class)
                .type(RequiredPools.class)
                .scope(Dependent.class)
                .withParam(RequiredPoolsCreator.POINTS, points.toArray(String[]::new))
                .createWith(RequiredPoolsCreator.class);
        SettingsReader.names(ConfigProvider.getConfig())
                .forEach((kind, names) -> names.forEach(name -> addPool(components, kind, name)));
    }

    private static void addPool(SyntheticComponents components, PoolKind kind, String name) {
        components
                .addBean(StreamPool.class)
                .type(StreamPool.class)
                .qualifier(new ConfiguredPool.Literal(kind.pool(name)))
                .scope(Dependent.class)
                .withParam(StreamPoolCreator.KIND, kind.name())
                .withParam(StreamPoolCreator.NAME, name)
                .createWith(StreamPoolCreator.class);
    }
}
