package io.quicpool.it.orders;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Its resources are found by the server. */
@ApplicationPath("/")
public class OrdersApplication extends Application {}
