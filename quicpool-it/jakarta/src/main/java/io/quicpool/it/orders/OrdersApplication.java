package io.quicpool.it.orders;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The server finds its resources. */
@ApplicationPath("/")
public class OrdersApplication extends Application {}
