package io.quicpool.cdi;

import static org.assertj.core.api.Assertions.assertThatCode;

import jakarta.enterprise.inject.build.compatible.spi.BeanInfo;
import jakarta.enterprise.inject.build.compatible.spi.InjectionPointInfo;
import jakarta.enterprise.inject.build.compatible.spi.ObserverInfo;
import jakarta.enterprise.lang.model.declarations.MethodInfo;
import jakarta.enterprise.lang.model.declarations.ParameterInfo;
import jakarta.enterprise.lang.model.types.Type;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What containers do that Weld does not. */
class QuicPoolExtensionTest {

    // Answers as the map says, and fails to answer anything else.
    private static <T> T that(Class<T> type, Map<String, ?> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answer(answers, method.getName())));
    }

    private static @Nullable Object answer(Map<String, ?> answers, String name) {
        if (!answers.containsKey(name) && !name.equals("disposer")) {
            throw new NullPointerException(name + " of a class that is not in the index");
        }
        return answers.get(name);
    }

    /** Quarkus has no declaration of a class that is there only when the application is built. */
    @Test
    void typesOfOtherInjectionPointsMayBeUnknown() {
        Map<String, ?> unknown =
                Map.of("type", that(Type.class, Map.of()), "qualifiers", List.of(), "annotations", List.of());
        BeanInfo bean =
                that(BeanInfo.class, Map.of("injectionPoints", List.of(that(InjectionPointInfo.class, unknown))));
        MethodInfo method = that(MethodInfo.class, Map.of("parameters", List.of(that(ParameterInfo.class, unknown))));
        QuicPoolExtension extension = new QuicPoolExtension();
        assertThatCode(() -> {
                    extension.collect(bean);
                    extension.collect(that(ObserverInfo.class, Map.of("observerMethod", method)));
                })
                .doesNotThrowAnyException();
    }
}
