package io.quicpool.transport.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReflectionTest {

    static final class Library {
        int count = 1;

        int add(int more) {
            if (more < 0) {
                throw new IllegalArgumentException();
            }
            count += more;
            return count;
        }
    }

    private final Library library = new Library();

    @Test
    void membersThatAreNotPublicCanBeUsed() {
        var count = Reflection.field(Library.class, "count");
        var add = Reflection.method(Library.class, "add", int.class);

        Reflection.set(count, library, 5);

        assertThat(Reflection.call(add, library, 2)).isEqualTo(7);
        assertThat(Reflection.get(count, library)).isEqualTo(7);
    }

    @Test
    void aMissingMemberIsNamed() {
        assertThatThrownBy(() -> Reflection.field(Library.class, "size"))
                .isInstanceOf(LinkageError.class)
                .hasMessageContaining("another version")
                .hasMessageEndingWith("Library.size");
        assertThatThrownBy(() -> Reflection.method(Library.class, "add", long.class))
                .isInstanceOf(LinkageError.class)
                .hasMessageEndingWith("Library.add()");
        assertThatThrownBy(() -> Reflection.handle(Library.class, "remove"))
                .isInstanceOf(LinkageError.class)
                .hasMessageEndingWith("Library.remove()");
        assertThatThrownBy(() -> Reflection.type(Library.class, "io.quicpool.Nothing"))
                .isInstanceOf(LinkageError.class)
                .hasMessageEndingWith("io.quicpool.Nothing");
    }

    @Test
    void aCallThatFailsReturnsNull() {
        var add = Reflection.method(Library.class, "add", int.class);

        assertThat(Reflection.call(add, library, -1)).isNull();
    }
}
