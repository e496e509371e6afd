package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConfigExceptionTest {

    @Test
    void saysPropertyValueAndWhatIsAllowed() {
        ConfigException e = new ConfigException("min-capacity", 20, "must be from 1 to 10");
        assertThat(e).hasMessage("min-capacity = 20: must be from 1 to 10").hasNoCause();
        assertThat(e.property()).isEqualTo("min-capacity");
        assertThat(e.value()).isEqualTo("20");
        assertThat(e.allowed()).isEqualTo("must be from 1 to 10");
    }

    @Test
    void saysThatNothingWasGiven() {
        ConfigException e = new ConfigException("listen", null, "must be HOST:PORT");
        assertThat(e).hasMessage("listen = (not set): must be HOST:PORT");
        assertThat(e.value()).isEqualTo("(not set)");
    }

    @Test
    void keepsTheCause() {
        Exception cause = new Exception("why");
        assertThat(new ConfigException("key-store", "a.p12", "is no key store", cause))
                .hasCause(cause);
    }

    @Test
    void staysOnOneLine() {
        ConfigException e = new ConfigException("tls-mode", "x\r\n\u0085\u2028\u001b[2KINFO all is well", "no");
        assertThat(e).hasMessage("tls-mode = x?????[2KINFO all is well: no");
    }

    @Test
    void staysOnOneLineWhateverTheReasonShows() {
        ConfigException e = new ConfigException("key-store", "a.jks", "cannot be opened: \n\u0000 not found");
        assertThat(e).hasMessage("key-store = a.jks: cannot be opened: ?? not found");
        assertThat(e.allowed()).isEqualTo("cannot be opened: ?? not found");
    }

    @Test
    void cutsAnEndlessReason() {
        assertThat(new ConfigException("key-store", "a.jks", "a".repeat(100_000)).getMessage())
                .hasSizeLessThan(1100)
                .endsWith("a...");
    }

    @Test
    void cutsAnEndlessValue() {
        ConfigException e = new ConfigException("target", "a".repeat(100_000), "no");
        assertThat(e.getMessage()).hasSizeLessThan(1100).endsWith("a...: no");
    }

    @Test
    void namesThePoolUnlessItsNameIsTheProblem() {
        Exception cause = new Exception("why");
        ConfigException e = new ConfigException("alpn", "", "must be given", cause).inPool(PoolLabel.client("orders"));
        assertThat(e).hasMessage("client orders: alpn = : must be given").hasCause(cause);
        assertThat(e.property()).isEqualTo("alpn");
        assertThat(e.value()).isEmpty();
        assertThat(e.allowed()).isEqualTo("must be given");
        ConfigException name = new ConfigException("name", "a*", "no");
        assertThat(name.inPool(PoolLabel.client("a*"))).isSameAs(name);
    }
}
