package io.quicpool.transport.kwik;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.quicpool.transport.engine.Reflection;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

/** kwik is used without force. */
class KwikArchitectureTest {

    /** Java 26 warns of writes to final fields, and a later version refuses them (JEP 500). */
    @Test
    void nothingIsForced() {
        noClasses()
                .should()
                .callMethodWhere(
                        describe("writes a field, defines a class or changes the JVM", KwikArchitectureTest::forces))
                .check(new ClassFileImporter()
                        .withImportOption(location -> !location.contains("/test"))
                        .importPackages(KwikMembers.class.getPackageName()));
    }

    private static boolean forces(JavaMethodCall call) {
        String owner = call.getTargetOwner().getFullName();
        String name = call.getName();
        return (owner.equals(Field.class.getName()) && name.startsWith("set") && !name.equals("setAccessible"))
                || (owner.equals(Reflection.class.getName()) && name.equals("set"))
                || (owner.startsWith(MethodHandles.class.getName()) && name.matches("define.*|privateLookupIn"))
                || (owner.equals(System.class.getName()) && name.matches("exit|set.*"))
                || owner.equals(Runtime.class.getName())
                || owner.startsWith("sun.misc.")
                || owner.startsWith("java.lang.management.");
    }
}
