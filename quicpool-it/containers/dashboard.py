#!/usr/bin/env python3
"""Makes docs/images/dashboard.svg: the panels of docs/grafana/quicpool.json over two minutes with an outage.

Two Quarkus applications run, of which one asks the other. A Prometheus scrapes both. The one that is asked is killed and started
again. Needs a JDK, Maven, openssl and prometheus. The logs are in target/dashboard beside this script.
"""
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from html import escape

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = HERE / "target" / "dashboard"
APPLICATION = ROOT / "quicpool-it" / "quarkus" / "target" / "quarkus-app" / "quarkus-run.jar"
BEFORE, OUTAGE, AFTER = 40, 25, 45
COLOURS = ["#3274d9", "#e0752d", "#299c46", "#a352cc", "#d44a3a", "#7eb26d", "#6d7784", "#b8860b"]


def free_port():
    # Not one that the system gives to others meanwhile.
    for port in range(21000, 32000):
        with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in free_port.given:
            free_port.given.add(port)
            return port
    sys.exit("no free port")


free_port.given = set()


def get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read()


def wait_for(url):
    for _ in range(600):
        try:
            return get(url)
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    sys.exit(f"no answer from {url}")


def start(name, *command):
    log = open(WORK / f"{name}.log", "a", encoding="utf-8")
    return subprocess.Popen(command, cwd=WORK, stdout=log, stderr=subprocess.STDOUT)


def application(name, http, listen, target):
    settings = {
        "quarkus.http.host": "127.0.0.1",
        "quarkus.http.port": http,
        'quicpool.server."prices".listen': f"127.0.0.1:{listen}",
        'quicpool.server."history".listen': f"127.0.0.1:{free_port()}",
        'quicpool.client."stock".target': f"localhost:{target}",
        "quicpool.server.certificate": WORK / "server.pem",
        "quicpool.server.private-key": WORK / "server.key",
        "quicpool.client.trust-certificates": WORK / "server.pem",
        "quicpool.client.keep-alive": "1s",
        "quicpool.server.keep-alive": "1s",
        "quicpool.transport": "kwik",
    }
    options = [f"-D{key}={value}" for key, value in settings.items()]
    return start(name, "java", "-Xmx256m", *options, "-jar", str(APPLICATION))


def ask(url, until):
    while time.time() < until:
        try:
            get(url)
        except (OSError, urllib.error.URLError):
            pass  # during the outage
        time.sleep(0.02)


def run():
    """Runs everything. Returns the address of Prometheus, when it began, the outage and the processes."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost".split()
        + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "server.key", "-out", "server.pem"],
        cwd=WORK, check=True, stderr=subprocess.DEVNULL)
    asking, asked, quic, prometheus = (free_port() for _ in range(4))
    (WORK / "prometheus.yml").write_text(f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: pools
    metrics_path: /q/metrics
    static_configs: [{{targets: ['127.0.0.1:{asking}', '127.0.0.1:{asked}']}}]
""", encoding="utf-8")
    processes = []
    try:
        other = free_port()
        processes.append(application("asked", asked, quic, other))
        processes.append(application("asking", asking, other, quic))
        wait_for(f"http://127.0.0.1:{asked}/q/health/live")
        wait_for(f"http://127.0.0.1:{asking}/q/health/ready")
        processes.append(start("prometheus", "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                               f"--web.listen-address=127.0.0.1:{prometheus}"))
        wait_for(f"http://127.0.0.1:{prometheus}/-/ready")
        began = time.time() + 5
        end = began + BEFORE + OUTAGE + AFTER
        for _ in range(6):
            threading.Thread(target=ask, args=(f"http://127.0.0.1:{asking}/prices/apple", end), daemon=True).start()
        time.sleep(began + BEFORE - time.time())
        processes[0].kill()
        processes[0].wait()
        killed = time.time()
        time.sleep(OUTAGE)
        processes[0] = application("asked", asked, quic, other)
        wait_for(f"http://127.0.0.1:{asked}/q/health/live")
        back = time.time()
        time.sleep(max(0, end - time.time()))
        return draw(f"http://127.0.0.1:{prometheus}", asking, began, killed, back, end)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def series(prometheus, instance, target, began, end):
    expression = target["expr"].replace("$pool", ".*").replace("$instance", f"127.0.0.1:{instance}")
    expression = expression.replace("$__rate_interval", "5s")
    query = urllib.parse.urlencode({"query": expression, "start": began, "end": end, "step": 1})
    result = json.loads(get(f"{prometheus}/api/v1/query_range?{query}"))["data"]["result"]
    for each in result:
        name = target["legendFormat"]
        for label, value in each["metric"].items():
            name = name.replace("{{%s}}" % label, value)
        yield name.replace("{{target}}", ""), [(float(t), float(v)) for t, v in each["values"] if v != "NaN"]


def text(value, unit):
    if unit == "s" and 0 < value < 1:
        return f"{value * 1000:.3g} ms"
    return f"{value:.3g}" + (" s" if unit == "s" else "")


def draw(prometheus, instance, began, killed, back, end):
    """One plot for each panel, three in a row. What is always 0 or absent is left out of the legend."""
    width, height, head = 400, 210, 40
    panels = json.loads((ROOT / "docs" / "grafana" / "quicpool.json").read_text(encoding="utf-8"))["panels"]
    rows = (len(panels) + 2) // 3
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {3 * width} {rows * height + head}"'
           ' font-family="sans-serif" font-size="10"><rect width="100%" height="100%" fill="#fff"/>'
           f'<text x="12" y="24" font-size="14">An application asks another, which is killed after'
           f' {killed - began:.0f} s and answers again {back - killed:.0f} s later (shaded)</text>']
    for number, panel in enumerate(panels):
        unit = panel["fieldConfig"]["defaults"]["unit"]
        lines = [line for target in panel["targets"] for line in series(prometheus, instance, target, began, end)]
        lines = [line for line in lines if any(value for _, value in line[1])] or lines[:1]
        top = max((value for _, points in lines for _, value in points), default=0) or 1
        legend = lines[:8]
        left, up, wide, high = 44, 26, width - 60, height - 56 - 11 * ((len(legend) + 1) // 2)

        def x(at):
            return left + wide * (at - began) / (end - began)

        def y(value):
            return up + high * (1 - value / top / 1.05)

        out.append(f'<g transform="translate({number % 3 * width},{number // 3 * height + head})">'
                   f'<text x="12" y="16" font-weight="bold" font-size="11">{escape(panel["title"])}</text>'
                   f'<rect x="{x(killed):.1f}" y="{up}" width="{x(back) - x(killed):.1f}" height="{high}" fill="#f6dada"/>'
                   f'<path d="M{left} {up}V{up + high}H{left + wide}" stroke="#888" fill="none"/>'
                   f'<text x="{left - 4}" y="{y(top) + 3:.1f}" text-anchor="end">{text(top, unit)}</text>'
                   f'<text x="{left - 4}" y="{up + high}" text-anchor="end">0</text>')
        for second in range(0, int(end - began) + 1, 30):
            out.append(f'<text x="{x(began + second):.1f}" y="{up + high + 11}" text-anchor="middle">{second} s</text>')
        for index, (name, points) in enumerate(lines):
            colour = COLOURS[index % len(COLOURS)]
            path, last = "", None
            for at, value in points:
                path += f"{'L' if last and at - last < 1.5 else 'M'}{x(at):.1f} {y(value):.1f}"
                last = at
            out.append(f'<path d="{path}" stroke="{colour}" fill="none" stroke-width="1.3"/>')
            if index < len(legend):
                across, down = left + index % 2 * 170, up + high + 24 + 11 * (index // 2)
                out.append(f'<rect x="{across}" y="{down - 6}" width="8" height="3" fill="{colour}"/>'
                           f'<text x="{across + 12}" y="{down}" font-size="9">{escape(name)}</text>')
        out.append("</g>")
    out.append("</svg>\n")
    (ROOT / "docs" / "images" / "dashboard.svg").write_text("\n".join(out), encoding="utf-8")


for program in ("java", "mvn", "openssl", "prometheus"):
    if shutil.which(program) is None:
        sys.exit(f"dashboard.py: {program} is missing")
if "--built" not in sys.argv:
    subprocess.run("mvn -q -B -Pone -DskipTests -Dmaven.javadoc.skip -pl quicpool-it/quarkus -am package".split(),
                   cwd=ROOT, check=True)
run()
