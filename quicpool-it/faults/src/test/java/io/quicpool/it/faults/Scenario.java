package io.quicpool.it.faults;

import io.quicpool.testing.Pools;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * A class of scenarios. Each prints its seed at the start and, if it fails, the command that repeats it. One that hangs
 * fails after a quarter of an hour, unless it sets another limit.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Scenario.Again.class)
@Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@interface Scenario {

    /** The seed of all random numbers of this process. */
    long SEED = Long.getLong("quicpool.faults.seed", ThreadLocalRandom.current().nextLong(1_000_000));

    /** Prints the command. */
    final class Again implements Extension, BeforeEachCallback, TestWatcher {

        @Override
        public void beforeEach(ExtensionContext context) {
            System.out.println("[faults] " + name(context) + ", seed " + SEED + ", " + Pools.CLIENT_ENGINE + " to "
                    + Pools.SERVER_ENGINE);
        }

        @Override
        public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
            System.out.println("[faults] " + name(context)
                    + " failed. Again: mvn -B -Pone -pl quicpool-it/faults -am verify" + " -Dit.test='"
                    + name(context) + "' -Dquicpool.faults.seed=" + SEED + rounds() + engines());
        }

        private static String rounds() {
            String rounds = System.getProperty("quicpool.faults.rounds", "");
            return rounds.isEmpty() ? "" : " -Dquicpool.faults.rounds=" + rounds;
        }

        private static String engines() {
            return (Pools.CLIENT_ENGINE.equals("kwik")
                            ? ""
                            : " -Dquicpool.faults.client.transport=" + Pools.CLIENT_ENGINE)
                    + (Pools.SERVER_ENGINE.equals("kwik")
                            ? ""
                            : " -Dquicpool.faults.server.transport=" + Pools.SERVER_ENGINE);
        }

        private static String name(ExtensionContext context) {
            return context.getRequiredTestClass().getSimpleName() + "#"
                    + context.getRequiredTestMethod().getName();
        }
    }
}
