module io.quicpool.it.program {
    requires io.quicpool;
    requires java.management;
}
