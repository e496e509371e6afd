package io.quicpool;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.TargetResolver;
import io.quicpool.config.TargetSource;
import io.quicpool.config.TargetSourceProvider;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The public types can grow without breaking callers: "Growing" in docs/design.md. */
class PublicTypesTest {

    private static final int MOST_COMPONENTS = 5;

    private static final Path SOURCES = Path.of("src/main/java");

    private static List<String> packages() throws IOException {
        return Pattern.compile("(?m)^ *exports ([a-z.]+);")
                .matcher(Files.readString(Path.of("src/main/module/module-info.java")))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static Stream<Class<?>> types() throws IOException {
        return packages().stream().flatMap(PublicTypesTest::types);
    }

    private static Stream<Class<?>> types(String in) {
        String[] files = SOURCES.resolve(in.replace('.', '/')).toFile().list();
        return Stream.of(files == null ? new String[0] : files)
                .filter(file -> file.endsWith(".java") && !file.equals("package-info.java"))
                .map(file -> in + "." + file.replace(".java", ""))
                .map(PublicTypesTest::type)
                .flatMap(PublicTypesTest::withNested)
                .filter(type -> Modifier.isPublic(type.getModifiers()));
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<Class<?>> withNested(Class<?> type) {
        return Stream.concat(
                Stream.of(type), Stream.of(type.getDeclaredClasses()).flatMap(PublicTypesTest::withNested));
    }

    @Test
    void theTestFindsThem() throws IOException {
        assertThat(types()).contains(StreamPool.class, PoolSnapshot.Peer.class, PoolState.class);
    }

    @Test
    void recordsAreSmall() throws IOException {
        assertThat(types().filter(Class::isRecord)
                        .filter(type -> type.getRecordComponents().length > MOST_COMPONENTS)
                        .map(Class::getSimpleName))
                .as("records with more than %s components: use a class with a builder", MOST_COMPONENTS)
                .isEmpty();
    }

    @Test
    void enumsSayThatTheyMayGrow() throws IOException {
        for (Class<?> type : types().filter(Class::isEnum).toList()) {
            assertThat(javadocOf(type)).as(type.getName()).contains("Later versions may add values.");
        }
    }

    @Test
    void whatApplicationsImplementGetsNoFurtherAbstractMethod() {
        assertThat(abstractMethods(PoolListener.class)).isEmpty();
        assertThat(abstractMethods(StreamHandler.class)).containsExactly("handle");
        assertThat(abstractMethods(RequestHandler.class)).containsExactly("answer");
        assertThat(abstractMethods(PoolObserver.class)).isEmpty();
        assertThat(abstractMethods(RequestObserver.class)).isEmpty();
        assertThat(abstractMethods(TargetResolver.class)).containsExactly("resolve");
        assertThat(abstractMethods(TargetSource.class)).containsExactly("open");
        assertThat(abstractMethods(TargetSource.Subscription.class)).containsExactly("close");
        assertThat(abstractMethods(TargetSource.Lookup.class)).containsExactly("targets");
        assertThat(abstractMethods(TargetSourceProvider.class)).containsExactlyInAnyOrder("scheme", "source");
    }

    private static Stream<String> abstractMethods(Class<?> type) {
        return Stream.of(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .map(Method::getName);
    }

    private static String javadocOf(Class<?> type) throws IOException {
        String file = type.getName().replaceFirst("\\$.*", "").replace('.', '/') + ".java";
        return Pattern.compile(
                        "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:public )?enum " + type.getSimpleName(), Pattern.DOTALL)
                .matcher(Files.readString(SOURCES.resolve(file)))
                .results()
                .findFirst()
                .map(MatchResult::group)
                .orElse("")
                .replaceAll("\\s+\\*?\\s*", " ");
    }
}
