#!/usr/bin/env bash
# Measures kwik, Netty and, where Go is, quic-go against itself, one after the other: client and server are two processes each.
# Prints the lines of the table in docs/figures.md. Options are passed on to "quicpool-peer bench"; BENCH_GO has those
# of the program over quic-go.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
servers=()
end() {
    exec 3>&- 4>&-
    for server in "${servers[@]}"; do wait "$server" || true; done
    rm -rf "$work"
}
trap end EXIT

mvn -q -B package -DskipTests -pl quicpool-it/peer -am
peer=quicpool-it/peer/target/quicpool-peer.jar

# A server ends with its input.
serve() {
    mkfifo "$work/$1.in"
    java -jar "$peer" server --listen 127.0.0.1:0 --serve "$1" --transport "$2" --max-capacity 4096 \
        --max-streams-per-connection 4096 <"$work/$1.in" >"$work/$1.out" &
    servers+=($!)
}
address() {
    until grep -q '^port' "$work/$1.out"; do
        kill -0 "${servers[-1]}" || return
        sleep 0.1
    done
    echo "127.0.0.1:$(awk '/^port/ {print $2}' "$work/$1.out")"
}

for engine in kwik netty; do
    rm -f "$work"/*
    serve echo $engine
    serve sink $engine
    exec 3>"$work/echo.in" 4>"$work/sink.in"
    java -jar "$peer" bench --transport $engine --target "$(address echo)" --sink "$(address sink)" "$@" | sed "s/^/$engine: /"
    exec 3>&- 4>&-
    for server in "${servers[@]}"; do wait "$server" || true; done
    servers=()
done

if command -v go >/dev/null; then
    (cd quicpool-it/quic-go && go build -o target/quic-go . && target/quic-go raw ${BENCH_GO:-}) | sed 's/^/quic-go: /'
else
    echo "no quic-go: there is no Go" >&2
fi
