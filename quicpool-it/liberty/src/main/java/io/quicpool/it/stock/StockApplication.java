package io.quicpool.it.stock;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The server finds its resources. */
@ApplicationPath("/")
public class StockApplication extends Application {}
