package io.quicpool.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long a test waits for what must come. It says nothing of how long that takes: a machine that is busy with other things may
 * take many times as long, and is still right. In force for every {@code await()} without a limit of its own: JUnit finds it.
 */
public final class Patience implements BeforeAllCallback {

    /** Longer than anything takes that works. */
    public static final Duration SOON = Duration.ofSeconds(60);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(SOON);
    }
}
