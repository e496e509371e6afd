package io.quicpool.cdi;

import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names a pool. At an injection point it selects the {@link io.quicpool.ClientPool} or {@link io.quicpool.ServerPool} to inject. On a
 * bean that implements {@link io.quicpool.StreamHandler} it says which server pool the bean serves.
 */
@Qualifier @Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.TYPE})
public @interface QuicPool {

    /**
     * The name of the pool, as in {@code quicpool.client."NAME".target}. The empty name, the default, means the only pool of its
     * kind, or of several the one with the name {@code default}.
     */
    String value() default "";

    /** For {@code Instance.select(QuicPool.Literal.of("orders"))}. */
    final class Literal extends AnnotationLiteral<QuicPool> implements QuicPool {

        private static final long serialVersionUID = 1L;

        /** The name. */
        private final String value;

        private Literal(String value) {
            this.value = value;
        }

        /**
         * Names a pool.
         *
         * @param name the name; empty for the only pool or {@code default}
         */
        public static Literal of(String name) {
            return new Literal(name);
        }

        @Override
        public String value() {
            return value;
        }
    }
}
