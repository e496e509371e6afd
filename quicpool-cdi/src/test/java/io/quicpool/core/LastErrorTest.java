package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.ClientPoolConfig;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which error is reported as the last one, of one pool and of several. */
class LastErrorTest {

    private static final ClientPoolConfig ORDERS =
            ClientPoolConfig.builder().name("orders").target("localhost:1").build();

    private static CoreClientPool member(String name) {
        return new CoreClientPool(name, ORDERS, events -> {
            throw new IOException("for the test");
        });
    }

    @Test
    void anOldErrorOfOneMemberHidesNothingThatHappensToAnother() {
        CoreClientPool one = member("one");
        CoreClientPool two = member("two");
        List<CoreClientPool> members = List.of(one, two);
        assertThat(MemberFailure.text(members)).isNull();
        one.metrics.error(new IOException("a"));
        assertThat(MemberFailure.text(members)).isEqualTo("one: a");
        two.metrics.error(new IOException("b"));
        assertThat(MemberFailure.text(members)).isEqualTo("two: b");
        two.metrics.outage(new IOException("cannot connect"));
        one.metrics.error(new IOException("c"));
        assertThat(MemberFailure.text(members)).isEqualTo("two: cannot connect");
        two.metrics.connected();
        assertThat(MemberFailure.text(members)).isEqualTo("one: c");
        members.forEach(CoreClientPool::resetError);
        assertThat(MemberFailure.text(members)).isNull();
        members.forEach(CoreClientPool::close);
    }
}
