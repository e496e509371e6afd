package io.quicpool.it.stock;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Its resources are found by the server. */
@ApplicationPath("/")
public class StockApplication extends Application {}
