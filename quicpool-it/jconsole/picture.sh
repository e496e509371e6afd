#!/usr/bin/env bash
# Makes docs/images/jconsole-attributes.png and docs/images/jconsole-active.png: JConsole with the attributes of a
# client pool's MXBean, and with a graph of Active while the bounds of capacity are changed over JMX. Takes two minutes.
#
# Needs a JDK with jconsole, Maven, and of Debian or Ubuntu: xvfb xdotool imagemagick fontconfig fonts-dejavu-core. Nothing
# is shown on your own display. What it saw last, and the logs, are in target/picture beside this script. JConsole is worked
# by keys where that can be, else by clicks at places that hold for this size of window and this font.
set -euo pipefail
cd "$(dirname "$0")/../.."

width=1100 height=640
work=$PWD/quicpool-it/jconsole/target/picture
images=$PWD/docs/images

need() { # command, package
    command -v "$1" >/dev/null || { echo "picture.sh: $1 is missing: install $2" >&2; exit 2; }
}
need mvn maven
need javac "a JDK, such as openjdk-17-jdk"
need Xvfb xvfb
need xdotool xdotool
need import imagemagick
need convert imagemagick
jdk=$(dirname "$(readlink -f "$(command -v javac)")")
need fc-list fontconfig
[ -n "$(fc-list 'DejaVu Sans')" ] || { echo "picture.sh: no font DejaVu Sans: install fonts-dejavu-core" >&2; exit 2; }
need "$jdk/jconsole" "the whole JDK, such as openjdk-17-jdk (openjdk-17-jdk-headless has no jconsole)"

mvn -q -B -Pjconsole -Dmaven.test.skip=true -Dmaven.javadoc.skip=true -Dspotless.check.skip=true \
    -pl quicpool-it/jconsole -am package

processes=()
end() {
    local status=$?
    trap - EXIT
    if ((${#processes[@]})); then
        kill "${processes[@]}" 2>/dev/null || true
        wait "${processes[@]}" 2>/dev/null || true
    fi
    ((status == 0)) || echo "picture.sh: no pictures; see $work" >&2
    exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

give_up() {
    echo "picture.sh: $1" >&2
    exit 1
}

# Waits until at least so many pixels of an area of the screen have a colour.
await() { # what is waited for, pixels, colour, area
    local found
    for ((try = 0; try < 60; try++)); do
        import -silent -window root "$work/screen.png"
        found=$(convert "$work/screen.png" -crop "$4" +repage -alpha off -fuzz 4% -fill black +opaque "$3" -fill white \
            -opaque "$3" -colorspace gray -format '%[fx:round(mean*w*h)]' info:)
        ((found >= $2)) && return
        sleep 0.5
    done
    give_up "$1: not seen in 30 seconds"
}

keys() {
    for key; do
        xdotool key "$key"
        sleep 0.2
    done
}

aside() {
    xdotool mousemove $((width + 50)) $((height + 50))
}

click() { # x, y, times
    xdotool mousemove "$1" "$2" click --repeat "${3:-1}" --delay 100 1
    aside
}

drag() { # from x, y, to x, y
    xdotool mousemove "$1" "$2" mousedown 1
    sleep 0.2
    xdotool mousemove $((($1 + $3) / 2)) $((($2 + $4) / 2))
    sleep 0.2
    xdotool mousemove "$3" "$4"
    sleep 0.2
    xdotool mouseup 1
    aside
}

take() { # name
    sleep 1
    import -silent -window root -crop "${width}x$height+0+0" +repage "$work/screen.png"
    convert "$work/screen.png" -strip +dither -colors 64 -define png:compression-level=9 "$work/$1.png"
}

rm -rf "$work"
mkdir -p "$work" "$images"

Xvfb -displayfd 3 -screen 0 1280x900x24 -nolisten tcp 3>"$work/display" 2>"$work/xvfb.log" &
processes+=($!)
for ((try = 0; try < 50; try++)); do
    [ -s "$work/display" ] && break
    sleep 0.2
done
[ -s "$work/display" ] || give_up "Xvfb does not start"
DISPLAY=:$(<"$work/display")
export DISPLAY

coproc SUBJECT {
    exec "$jdk/java" -Djava.rmi.server.hostname=127.0.0.1 -cp "$(<quicpool-it/jconsole/target/class-path)" \
        io.quicpool.it.jconsole.Subject 2>"$work/subject.log"
}
processes+=("$SUBJECT_PID")
read -r -t 30 pid <&"${SUBJECT[0]}" || give_up "the pools do not start"

"$jdk/jconsole" -J-Duser.language=en -J-Dawt.useSystemAAFontSettings=on -interval=1 "$pid" >"$work/jconsole.log" 2>&1 &
processes+=($!)
window=$(timeout 60 xdotool search --sync --onlyvisible --name '^Java Monitoring' | head -n 1) || true
[ -n "$window" ] || give_up "JConsole does not start"

# The question whether to connect without TLS comes down from the title; it is answered where its left button then stands.
eval "$(xdotool getwindowgeometry --shell "$window")" # X, Y, WIDTH
await "the question about TLS" 150 '#E6CF5D' 34x30+$((X + WIDTH / 2 - 176))+$((Y + 51))
sleep 2
click $((X + WIDTH / 2 - 87)) $((Y + 202))

xdotool windowmove --sync "$window" 0 0 windowsize --sync "$window" "$width" "$height"
await "the sign of a connection" 8 '#599939' 20x16+$((width - 26))+50

# The last tab; in its tree, from the domain down to the attributes; then the border of the tree a little to the right.
click 50 58
sleep 1
keys Right Right Right Right Right
sleep 2
keys Tab Home i o period
keys Right Down Right Down Right Down Right Down
keys F8
xdotool key --repeat 40 --delay 30 Right
keys F6
await "the values of attributes that can be set" 20 '#0000FF' 100x460+684+110
take jconsole-attributes

# The attribute Active by itself; a double click on its value draws the graph.
keys Right A c
await "the description of Active" 1000 '#FFFF80' 300x200+500+150
drag 681 99 480 99
click 800 117 2
for change in "8 16" "40 64" "16 24" "56 64" "24 32" "8 16"; do
    echo "$change" >&"${SUBJECT[1]}"
    sleep 13
done
await "the graph of Active" 100 '#0404B3' 500x200+500+110
take jconsole-active

mv "$work/jconsole-attributes.png" "$work/jconsole-active.png" "$images/"
ls -l "$images"/jconsole-*.png
