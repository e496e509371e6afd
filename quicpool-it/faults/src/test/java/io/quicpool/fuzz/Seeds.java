package io.quicpool.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.quicpool.config.KeyMaterial;
import io.quicpool.it.support.PemFiles;
import io.quicpool.it.support.SelfSigned;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Valid files as seeds, with new keys each time. */
final class Seeds {

    private Seeds() {}

    /** Inputs of {@link TlsMaterialFuzz}. */
    static void writeMaterial(Path folder) throws IOException, GeneralSecurityException {
        // Ten thousand rounds for each password would leave time for a few files a second.
        for (String what : List.of("certPbeIterationCount", "keyPbeIterationCount", "macIterationCount")) {
            System.setProperty("keystore.pkcs12." + what, "10");
        }
        Files.createDirectories(folder);
        write(folder, "ec", SelfSigned.forLoopback("fuzz"));
        write(folder, "rsa", rsa());
    }

    private static void write(Path folder, String name, KeyMaterial material)
            throws IOException, GeneralSecurityException {
        byte[] pem = pem(material);
        write(folder.resolve(name + "-pem"), TlsMaterialFuzz.PEM, pem);
        write(folder.resolve(name + "-pem-trust"), TlsMaterialFuzz.PEM_TRUST, pem);
        write(folder.resolve(name + "-pkcs12"), TlsMaterialFuzz.PKCS12, store("PKCS12", material, false));
        write(folder.resolve(name + "-pkcs12-trust"), TlsMaterialFuzz.PKCS12_TRUST, store("PKCS12", material, true));
        write(folder.resolve(name + "-jks"), TlsMaterialFuzz.JKS, store("JKS", material, false));
        write(folder.resolve(name + "-jks-trust"), TlsMaterialFuzz.JKS_TRUST, store("JKS", material, true));
    }

    private static void write(Path file, byte kind, byte[] content) throws IOException {
        byte[] input = new byte[content.length + 1];
        input[0] = kind;
        System.arraycopy(content, 0, input, 1, content.length);
        Files.write(file, input);
    }

    /** Certificate and key in one file. */
    static byte[] pem(KeyMaterial material) throws IOException {
        Path folder = Files.createTempDirectory("quicpool-fuzz");
        PemFiles files = PemFiles.write(material, folder);
        byte[] both = (Files.readString(files.certificate()) + Files.readString(files.privateKey())).getBytes(US_ASCII);
        Files.delete(files.certificate());
        Files.delete(files.privateKey());
        Files.delete(folder);
        return both;
    }

    static byte[] store(String type, KeyMaterial material, boolean trusted)
            throws IOException, GeneralSecurityException {
        char[] password = TlsMaterialFuzz.PASSWORD.toCharArray();
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        if (trusted) {
            store.setCertificateEntry("a", material.certificateChain().get(0));
        } else {
            Certificate[] chain = material.certificateChain().toArray(Certificate[]::new);
            store.setKeyEntry("a", material.privateKey(), password, chain);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        store.store(bytes, password);
        return bytes.toByteArray();
    }

    private static KeyMaterial rsa() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        X500Name name = new X500Name("CN=fuzz");
        Instant now = Instant.now();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name, BigInteger.ONE, Date.from(now), Date.from(now.plus(Duration.ofDays(1))), name, pair.getPublic());
        try {
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate())));
            return KeyMaterial.of(pair.getPrivate(), List.of(certificate));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
