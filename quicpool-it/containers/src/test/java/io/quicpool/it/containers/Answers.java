package io.quicpool.it.containers;

/** What the applications answer, as regular expressions. */
final class Answers {

    /** GET /prices/apple of Quarkus, which asks Liberty how many are left. */
    static final String PRICES = "apple costs \\d\\.\\d\\d, \\d+ left";
    /** GET /stock/apple of Liberty, which asks Quarkus for the price. */
    static final String STOCK = "\\d+ of apple left, \\d\\.\\d\\d each";
    /** GET /shop/apple of Helidon, which asks both. */
    static final String SHOP = "apple: \\d\\.\\d\\d each, \\d+ left";

    private Answers() {}
}
