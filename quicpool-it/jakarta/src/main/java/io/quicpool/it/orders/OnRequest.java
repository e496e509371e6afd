package io.quicpool.it.orders;

import jakarta.enterprise.context.RequestScoped;

/** A bean that there is only while a request is active. */
@RequestScoped
public class OnRequest {

    String answer() {
        return "active";
    }
}
