package io.quicpool.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The packaged demo, and its page as a person uses it, in headless Chromium. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoIT {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Path PICTURES = Path.of("..", "..", "docs", "images");
    private static final String INTO_DOCS = "quicpool.demo.picture";
    private static final String ORDERS = "orders (client)";

    private static DemoProcess demo;
    private static String url;
    private static ChromeDriver browser;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(
                Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
                "no Chromium and chromedriver in /usr/bin (Debian: chromium, chromium-driver)");
        demo = new DemoProcess().awaitReady();
        url = demo.url();

        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toString());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--window-size=1200,1000");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .build(),
                options);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (demo != null) {
            demo.close();
        }
    }

    @BeforeEach
    void open() {
        browser.manage().window().setSize(new Dimension(1200, 1000));
        browser.get(url);
        await().until(() -> browser.findElements(By.className("pool")).size() == 3);
    }

    // ---- what is seen

    @Test
    @Order(1)
    void showsEachPoolLive() {
        assertThat(browser.findElements(By.cssSelector(".pool h2")).stream().map(WebElement::getText))
                .containsExactly(ORDERS, "self (client)", "ingress (server)");
        await().until(() -> text(ORDERS, ".ready").equals("ready"));
        int handedOut = number(ORDERS, "handedOut");
        await().until(() -> number(ORDERS, "handedOut") > handedOut + 20);
        await().until(() -> number(ORDERS, "taken") > 0);
        assertThat(number(ORDERS, "capacity")).isBetween(8, 32);
        assertThat(text("ingress (server)", ".link")).isEqualTo("running, listening");
        assertThat(pool(ORDERS).findElements(By.tagName("canvas"))).hasSize(1);
    }

    @Test
    @Order(2)
    void loadsNothingFromElsewhereAndHasNoErrors() {
        await().until(() -> number(ORDERS, "handedOut") > 0);
        List<String> foreign = browser.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
                .map(entry -> entry.getMessage())
                .filter(message -> message.contains("\"Network.requestWillBeSent\""))
                .filter(message -> message.matches("(?s).*\"url\":\"https?://.*"))
                .map(message -> message.replaceAll("(?s).*?\"request\":\\{.*?\"url\":\"([^\"]*)\".*", "$1"))
                .filter(Predicate.not(requested -> requested.startsWith(url)))
                .toList();
        assertThat(foreign).isEmpty();
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue()))
                .isEmpty();
    }

    // ---- what can be done

    @Test
    @Order(3)
    void flushOpensNewStreams() {
        int opened = number(ORDERS, "opened");
        press(ORDERS, "Flush");
        await().until(() -> said().equals(ORDERS + ": flush: done"));
        await().until(() -> number(ORDERS, "opened") >= opened + 8);
    }

    @Test
    @Order(4)
    void boundsAreSetAndWrongOnesRefusedInWords() {
        setBounds("20", "24");
        await().until(() -> number(ORDERS, "capacity") >= 20);
        setBounds("30", "24");
        await().until(() -> output().contains("30") && output().contains("24"));
        setBounds("8", "0");
        await().until(() -> output().contains("MaxCapacity = 0"));
        setBounds("8", "32");
        await().until(() -> output().isEmpty() && said().equals(ORDERS + ": new bounds: done"));
    }

    @Test
    @Order(5)
    void suspendAndResume() {
        press(ORDERS, "Suspend");
        await().until(() -> text(ORDERS, ".ready").equals("not ready"));
        await().until(() -> text(ORDERS, ".link").equals("suspended, up"));
        press(ORDERS, "Resume");
        await().until(() -> text(ORDERS, ".ready").equals("ready"));
    }

    @Test
    @Order(6)
    void trafficIsStoppedAndStarted() {
        browser.findElement(By.id("traffic")).click();
        await().until(() -> number(ORDERS, "taken") == 0 && number(ORDERS, "waiting") == 0);
        browser.findElement(By.id("traffic")).click();
        await().until(() -> number(ORDERS, "taken") > 0);
    }

    @Test
    @Order(7)
    void thePeerIsKilledAndStartedAgain() throws IOException {
        long begin = System.nanoTime();
        browser.findElement(By.id("kill")).click();
        await().until(() -> text(ORDERS, ".ready").equals("not ready"));
        long lost = System.nanoTime();
        await().until(() -> text(ORDERS, ".error .text").contains("nobody listens"));
        await().until(() -> !browser.findElement(By.id("kill")).isEnabled());
        say(begin, lost, "not ready");
        long restart = System.nanoTime();
        browser.findElement(By.id("start")).click();
        await().until(() -> text(ORDERS, ".ready").equals("ready"));
        say(restart, System.nanoTime(), "ready again");
        press(ORDERS, "Reset errors");
        await().until(() -> number(ORDERS, "errors") == 0);
        await().until(() -> text(ORDERS, ".error .text").equals("none"));
    }

    private static void say(long from, long to, String what) {
        System.out.println("[demo] " + what + " on the page after " + (to - from) / 1_000_000 + " ms");
    }

    // ---- how it can be used

    @Test
    @Order(8)
    void everyControlIsReachedByTheTabulatorAndShowsIt() {
        Set<WebElement> reached = new LinkedHashSet<>();
        for (WebElement focus = next(); reached.size() < 100; focus = next()) {
            if (focus.getTagName().equals("body") || !reached.add(focus)) {
                break;
            }
            assertThat(focus.getCssValue("outline-style")).as(name(focus)).isEqualTo("solid");
        }
        List<WebElement> controls =
                browser.findElements(By.cssSelector("a[href], button:enabled, input:enabled")).stream()
                        .filter(WebElement::isDisplayed)
                        .toList();
        assertThat(reached.stream().map(DemoIT::name))
                .containsAll(controls.stream().map(DemoIT::name).toList());
        assertThat(reached).hasSizeGreaterThan(10).containsAll(controls);
    }

    @Test
    @Order(9)
    void worksWithoutTheMouse() {
        int opened = number(ORDERS, "opened");
        tabTo(button(ORDERS, "Flush"), Keys.ENTER);
        await().until(() -> number(ORDERS, "opened") >= opened + 4);

        boundsByKeyboard("20", "24");
        await().until(() -> number(ORDERS, "capacity") >= 20);
        boundsByKeyboard("8", "32");

        tabTo(browser.findElement(By.id("kill")), Keys.SPACE);
        await().until(() -> text(ORDERS, ".ready").equals("not ready"));
        await().until(() -> browser.findElement(By.id("start")).isEnabled());
        tabTo(browser.findElement(By.id("start")), Keys.ENTER);
        await().until(() -> text(ORDERS, ".ready").equals("ready"));
    }

    private static void boundsByKeyboard(String min, String max) {
        tabTo(pool(ORDERS).findElement(By.name("min")), Keys.chord(Keys.CONTROL, "a"), min);
        tabTo(pool(ORDERS).findElement(By.name("max")), Keys.chord(Keys.CONTROL, "a"), max, Keys.ENTER);
        await().until(() -> output().isEmpty() && said().equals(ORDERS + ": new bounds: done"));
    }

    /** Presses Tab until this element has the focus, then these keys. */
    private static void tabTo(WebElement control, CharSequence... keys) {
        for (int tab = 0; !next().equals(control); tab++) {
            assertThat(tab).as("tabs to " + name(control)).isLessThan(100);
        }
        new Actions(browser).sendKeys(keys).perform();
    }

    /** The element that has the focus after Tab. */
    private static WebElement next() {
        new Actions(browser).sendKeys(Keys.TAB).perform();
        return browser.switchTo().activeElement();
    }

    private static String name(WebElement control) {
        return control.getTagName() + " " + control.getDomAttribute("name") + " " + control.getText();
    }

    @Test
    @Order(10)
    void fitsIntoANarrowWindow() {
        emulate(360, false);
        try {
            await().untilAsserted(() -> assertThat(scrollWidth()).isLessThanOrEqualTo(360));
        } finally {
            asWas();
        }
    }

    @Test
    @Order(11)
    void hasADarkTheme() throws IOException {
        assertThat(background()).isEqualTo("rgba(246, 247, 249, 1)");
        emulate(360, true);
        try {
            assertThat(background()).isEqualTo("rgba(18, 22, 29, 1)");
            int before = number(ORDERS, "handedOut");
            int more = Boolean.getBoolean(INTO_DOCS) ? 3000 : 100;
            await().until(() -> number(ORDERS, "handedOut") > before + more);
            picture("demo-narrow-dark");
        } finally {
            asWas();
        }
    }

    @Test
    @Order(12)
    void keepsAPicture() throws IOException {
        browser.manage().window().setSize(new Dimension(1200, 1160));
        int before = number(ORDERS, "handedOut");
        int more = Boolean.getBoolean(INTO_DOCS) ? 7000 : 100;
        await().atMost(Duration.ofMinutes(2)).until(() -> number(ORDERS, "handedOut") > before + more);
        picture("demo");
    }

    @Test
    @Order(13)
    void showsWhenTheDemoIsDownAndContinuesWhenItIsBack() throws IOException {
        demo.close();
        await().until(() -> browser.findElement(By.id("connection")).isDisplayed());
        demo = new DemoProcess(demo.port);
        await().until(() -> !browser.findElement(By.id("connection")).isDisplayed()
                && text(ORDERS, ".ready").equals("ready"));
    }

    // ---- helpers

    private static WebElement pool(String title) {
        return browser.findElement(By.cssSelector("section.pool[aria-label='" + title + "']"));
    }

    private static String text(String title, String selector) {
        return pool(title).findElement(By.cssSelector(selector)).getText();
    }

    private static int number(String title, String count) {
        return Integer.parseInt(text(title, ".now ." + count + " dd"));
    }

    private static WebElement button(String title, String button) {
        return pool(title).findElement(By.xpath(".//button[text()='" + button + "']"));
    }

    private static void press(String title, String button) {
        button(title, button).click();
    }

    private static String said() {
        return browser.findElement(By.id("said")).getText();
    }

    private static String output() {
        return text(ORDERS, "output");
    }

    private static void setBounds(String min, String max) {
        for (Map.Entry<String, String> field : Map.of("min", min, "max", max).entrySet()) {
            WebElement input = pool(ORDERS).findElement(By.name(field.getKey()));
            // Does not clear the field: that would take the focus away, and a form without focus shows the current
            // values.
            input.sendKeys(Keys.chord(Keys.CONTROL, "a"), field.getValue());
        }
        press(ORDERS, "Apply");
    }

    private static int scrollWidth() {
        Object width = browser.executeScript("return document.documentElement.scrollWidth");
        return ((Number) Objects.requireNonNull(width)).intValue();
    }

    private static String background() {
        return browser.findElement(By.tagName("body")).getCssValue("background-color");
    }

    private static void emulate(int width, boolean dark) {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        if (dark) {
            browser.executeCdpCommand(
                    "Emulation.setEmulatedMedia",
                    Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
        }
    }

    private static void asWas() {
        browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    // Into target; with -Dquicpool.demo.picture=true also into the docs.
    private static void picture(String name) throws IOException {
        byte[] png = browser.getScreenshotAs(OutputType.BYTES);
        Files.write(Path.of("target", name + ".png"), png);
        if (Boolean.getBoolean(INTO_DOCS)) {
            Files.write(PICTURES.resolve(name + ".png"), png);
        }
    }
}
