package io.quicpool.it.orders;

import jakarta.enterprise.context.RequestScoped;

/** A bean that exists only while a request context is active. */
@RequestScoped
public class OnRequest {

    String answer() {
        return "active";
    }
}
