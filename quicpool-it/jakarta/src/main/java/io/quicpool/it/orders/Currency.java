package io.quicpool.it.orders;

/** Only ever loaded by its name. */
public final class Currency {

    private Currency() {}
}
