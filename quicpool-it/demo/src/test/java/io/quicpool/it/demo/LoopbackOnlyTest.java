package io.quicpool.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoopbackOnlyTest {

    @Test
    void allowsTheOwnPageAndCommandLineTools() {
        assertThat(LoopbackOnly.allowed("localhost:8080", null)).isTrue();
        assertThat(LoopbackOnly.allowed("127.0.0.1:8080", "http://127.0.0.1:8080"))
                .isTrue();
        assertThat(LoopbackOnly.allowed("[::1]:8080", "http://[::1]:8080")).isTrue();
    }

    @Test
    void refusesOtherPages() {
        assertThat(LoopbackOnly.allowed("localhost:8080", "http://example.org")).isFalse();
        assertThat(LoopbackOnly.allowed("localhost:8080", "http://localhost:9090"))
                .isFalse();
        assertThat(LoopbackOnly.allowed("localhost:8080", "null")).isFalse();
    }

    @Test
    void refusesNamesThatResolveToThisHost() {
        assertThat(LoopbackOnly.allowed("example.org:8080", null)).isFalse();
        assertThat(LoopbackOnly.allowed("localhost.example.org", null)).isFalse();
        assertThat(LoopbackOnly.allowed(null, null)).isFalse();
    }
}
