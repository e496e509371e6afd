package io.quicpool.testing;

import io.quicpool.config.KeyMaterial;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Makes certificates for tests. */
public final class TestCertificates {

    private TestCertificates() {}

    /** A self-signed EC certificate for the given DNS names and IP addresses. */
    public static KeyMaterial selfSigned(String... names) {
        return certificate(pair("EC"), null, false, names);
    }

    /** The same with an RSA key. */
    public static KeyMaterial selfSignedRsa(String... names) {
        return certificate(pair("RSA"), null, false, names);
    }

    /** The same as {@link #selfSigned}, but no longer valid. */
    public static KeyMaterial expired(String... names) {
        return certificate(pair("EC"), null, false, Instant.now().minus(Duration.ofMinutes(1)), names);
    }

    /** The same from an issuer. */
    public static KeyMaterial expiredOf(KeyMaterial authority, String... names) {
        return certificate(pair("EC"), authority, false, Instant.now().minus(Duration.ofMinutes(1)), names);
    }

    /** An issuer. */
    public static KeyMaterial authority() {
        return certificate(pair("EC"), null, true, "test authority");
    }

    /** A certificate for the given names, from an issuer. */
    public static KeyMaterial issuedBy(KeyMaterial authority, String... names) {
        return certificate(pair("EC"), authority, false, names);
    }

    /** A certificate whose only name is its subject's common name, from an issuer. */
    public static KeyMaterial withCommonNameOnly(KeyMaterial authority, String name) {
        return certificate(pair("EC"), authority, false, Instant.now().plus(Duration.ofDays(1)), false, name);
    }

    private static KeyPair pair(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else {
                generator.initialize(2048);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyMaterial certificate(
            KeyPair pair, @Nullable KeyMaterial issuer, boolean authority, String... names) {
        return certificate(pair, issuer, authority, Instant.now().plus(Duration.ofDays(1)), names);
    }

    private static KeyMaterial certificate(
            KeyPair pair, @Nullable KeyMaterial issuer, boolean authority, Instant until, String... names) {
        return certificate(pair, issuer, authority, until, !authority, names);
    }

    private static KeyMaterial certificate(
            KeyPair pair,
            @Nullable KeyMaterial issuer,
            boolean authority,
            Instant until,
            boolean alternatives,
            String... names) {
        try {
            X500Name subject = new X500Name("CN=" + names[0]);
            X500Name issuerName = issuer == null
                    ? subject
                    : new X500Name(issuer.certificateChain()
                            .get(0)
                            .getSubjectX500Principal()
                            .getName());
            PrivateKey signingKey = issuer == null ? pair.getPrivate() : issuer.privateKey();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuerName,
                    new BigInteger(64, new SecureRandom()),
                    Date.from(until.minus(Duration.ofHours(25))),
                    Date.from(until),
                    subject,
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (alternatives) {
                builder.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
            }
            String algorithm = signingKey.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(signingKey)));
            List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
            if (issuer != null) {
                chain.addAll(issuer.certificateChain());
            }
            return KeyMaterial.of(pair.getPrivate(), chain);
        } catch (OperatorCreationException | GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static GeneralNames alternatives(String... names) throws IOException {
        List<GeneralName> found = new ArrayList<>();
        for (String name : names) {
            boolean address = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
            found.add(
                    address
                            ? new GeneralName(
                                    GeneralName.iPAddress,
                                    InetAddress.getByName(name).getHostAddress())
                            : new GeneralName(GeneralName.dNSName, name));
        }
        return new GeneralNames(found.toArray(GeneralName[]::new));
    }
}
