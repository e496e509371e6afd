package io.quicpool.fuzz;

import io.quicpool.config.ConfigException;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.TrustMaterial;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Any file of keys or certificates is read or refused, in bounded time and memory, and no key is shown. */
public final class TlsMaterialFuzz {

    static final String PASSWORD = "correct-horse-battery";
    static final byte PEM = 0;
    static final byte PEM_TRUST = 1;
    static final byte PKCS12 = 2;
    static final byte PKCS12_TRUST = 3;
    static final byte JKS = 4;
    static final byte JKS_TRUST = 5;

    private static final int KINDS = 6;
    // A line of a key, or a part of one that would help to guess it.
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]{24,}");

    // A message may name these.
    private static final Pattern LABEL = Pattern.compile("-----[^-]*-----");

    private TlsMaterialFuzz() {}

    /** One run. The first byte decides how the rest is read. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] content = Arrays.copyOfRange(input, 1, input.length);
        Path file = Files.write(Path.of("material"), content);
        try {
            load(Math.floorMod(input[0], KINDS), file);
        } catch (ConfigException refused) {
            Messages.check(refused, secrets(content));
        }
    }

    private static void load(int kind, Path file) {
        Object loaded =
                switch (kind) {
                    case PEM -> KeyMaterial.fromPem(file, file);
                    case PEM_TRUST -> TrustMaterial.fromPem(file);
                    case PKCS12 -> KeyMaterial.fromKeyStore(file, "PKCS12", PASSWORD.toCharArray(), null);
                    case PKCS12_TRUST -> TrustMaterial.fromKeyStore(file, "PKCS12", PASSWORD.toCharArray());
                    case JKS -> KeyMaterial.fromKeyStore(file, "JKS", PASSWORD.toCharArray(), null);
                    default -> TrustMaterial.fromKeyStore(file, "JKS", null);
                };
        String shown = loaded.toString();
        if (shown.contains(PASSWORD)) {
            throw new AssertionError(shown);
        }
    }

    private static String[] secrets(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        // Files that contain the password or a word of a message are not checked.
        String bodies = LABEL.matcher(text).replaceAll("");
        String[] parts =
                BASE64.matcher(bodies).results().map(MatchResult::group).toArray(String[]::new);
        String[] all = Arrays.copyOf(parts, parts.length + 1);
        all[parts.length] = text.contains(PASSWORD) ? "\n" : PASSWORD;
        return all;
    }
}
