package io.quicpool.cdi;

import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.inject.Qualifier;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Tells the beans apart that stand behind {@code @Any Instance<StreamPool>}. Internal; public for containers. */
@Qualifier @Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ConfiguredPool {

    /**
     * Which pool.
     *
     * @return kind and name
     */
    String value();

    /** Makes one. */
    final class Literal extends AnnotationLiteral<ConfiguredPool> implements ConfiguredPool {

        private static final long serialVersionUID = 1L;

        /** Kind and name. */
        private final String value;

        Literal(String value) {
            this.value = value;
        }

        @Override
        public String value() {
            return value;
        }
    }
}
