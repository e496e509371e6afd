package io.quicpool.transport.kwik;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.hkdf.HKDF;
import io.whitfin.siphash.SipHasher;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tech.kwik.agent15.TlsConstants;
import tech.kwik.core.impl.QuicConnectionImpl;

/** What of kwik is reached by reflection, and what happens without it. */
class KwikMembersTest {

    static Stream<Member> members() {
        return Arrays.stream(KwikMembers.class.getDeclaredFields())
                .filter(each -> AccessibleObject.class.isAssignableFrom(each.getType()))
                .map(KwikMembersTest::valueOf);
    }

    private static Member valueOf(Field constant) {
        try {
            constant.setAccessible(true);
            return (Member) Objects.requireNonNull(constant.get(null));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String name(Member member) {
        return member.getDeclaringClass().getSimpleName() + "." + member.getName();
    }

    @Test
    void theVersionOfTheBuildHasThemAll() {
        assertThat(new KwikTransport().unavailable()).isNull();
        assertThat(members()).isNotEmpty();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("members")
    void eachHasARowInTheDocumentation(Member member) {
        assertThat(read(Path.of("../docs/kwik.md")).lines()).anyMatch(line -> line.startsWith("| `" + name(member)));
    }

    /** Here kwik has another name for the member. */
    @ParameterizedTest
    @MethodSource("members")
    void aVersionOfKwikThatLacksOneIsRefused(Member member) throws Exception {
        String owner = member.getDeclaringClass().getName();
        ClassLoader renaming = new Copy(owner, member.getName());
        String first = unavailable(renaming);
        assertThat(first)
                .contains("this version of kwik cannot be used, use tech.kwik:kwik:0.10.6")
                .contains(owner + "." + member.getName());
        // Each pool that opens asks.
        assertThat(unavailable(renaming)).isEqualTo(first);
    }

    private static @Nullable String unavailable(ClassLoader loader) throws Exception {
        Class<?> availability = Class.forName(KwikAvailability.class.getName(), true, loader);
        var problem = availability.getDeclaredMethod("problem");
        problem.setAccessible(true);
        return (String) problem.invoke(null);
    }

    /** Classes of this engine and of kwik again, one of them with another name for a member. */
    private static final class Copy extends ClassLoader {

        private final String prefix;
        private final String owner;
        private final String member;

        Copy(String owner, String member) {
            super(KwikMembersTest.class.getClassLoader());
            this.prefix = "tech.kwik.core.";
            this.owner = owner;
            this.member = member;
        }

        /** Of this engine only, for a kwik that another loader has. */
        Copy(ClassLoader kwik) {
            super(kwik);
            this.prefix = KwikMembers.class.getPackageName();
            this.owner = "";
            this.member = "";
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                boolean copied = name.startsWith(prefix) || name.startsWith("io.quicpool.transport.");
                return copied ? define(name) : super.loadClass(name, resolve);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = KwikMembersTest.class.getClassLoader().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                if (name.equals(owner)) {
                    // ISO 8859-1 maps bytes to characters one to one. In a class file each name follows its length
                    // (JVMS, section 4.4.7).
                    char length = (char) member.length();
                    bytes = new String(bytes, ISO_8859_1)
                            .replace(length + member, length + "x".repeat(length))
                            .getBytes(ISO_8859_1);
                }
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    // ---- the module path

    private static ModuleLayer.Controller kwikOnTheModulePath() {
        Path[] jars = Stream.of(QuicConnectionImpl.class, TlsConstants.class, HKDF.class, SipHasher.class)
                .map(each -> each.getProtectionDomain().getCodeSource().getLocation())
                .map(location -> Path.of(URI.create(location.toString())))
                .toArray(Path[]::new);
        Configuration modules = ModuleLayer.boot()
                .configuration()
                .resolve(ModuleFinder.of(jars), ModuleFinder.of(), Set.of("tech.kwik.core"));
        return ModuleLayer.defineModulesWithOneLoader(
                modules, List.of(ModuleLayer.boot()), KwikMembersTest.class.getClassLoader());
    }

    @Test
    void onTheModulePathTheMessageSaysWhatToAdd() throws Exception {
        ModuleLayer.Controller layer = kwikOnTheModulePath();
        Optional<Module> kwik = layer.layer().findModule("tech.kwik.core");
        ClassLoader ours = new Copy(kwik.orElseThrow().getClassLoader());
        assertThat(unavailable(ours))
                .contains(
                        "put it on the class path, or add to the command line: --add-opens tech.kwik.core/tech.kwik.core.ack="
                                + "ALL-UNNAMED --add-opens ");
        for (String each : KwikAvailability.PACKAGES) {
            layer.addOpens(kwik.orElseThrow(), "tech.kwik.core." + each, ours.getUnnamedModule());
        }
        assertThat(unavailable(ours)).isNull();
    }

    @Test
    void allPackagesThatAreNotExportedAreKnown() throws IOException {
        Pattern imported = Pattern.compile("import (?:static )?tech\\.kwik\\.core\\.((?:[a-z]+\\.)*[a-z]+)\\.[A-Z]");
        Set<String> exported =
                kwikOnTheModulePath()
                        .layer()
                        .findModule("tech.kwik.core")
                        .orElseThrow()
                        .getDescriptor()
                        .exports()
                        .stream()
                        .filter(each -> !each.isQualified())
                        .map(each -> each.source().replace("tech.kwik.core.", ""))
                        .collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(Path.of("src/main/java/io/quicpool/transport/kwik"))) {
            assertThat(files.flatMap(file -> imported.matcher(read(file)).results())
                            .map(each -> each.group(1))
                            .filter(each -> !exported.contains(each))
                            .distinct())
                    .containsExactlyInAnyOrderElementsOf(KwikAvailability.PACKAGES);
        }
    }
}
