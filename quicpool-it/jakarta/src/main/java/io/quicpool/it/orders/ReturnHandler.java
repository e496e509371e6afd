package io.quicpool.it.orders;

import io.quicpool.cdi.QuicPool;
import jakarta.enterprise.context.ApplicationScoped;

/** Answers as {@link OrderHandler} does, in the pool over the other engine. */
@ApplicationScoped
@QuicPool("returns")
public class ReturnHandler extends OrderHandler {}
