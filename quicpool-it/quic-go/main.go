// One side of a pool over quic-go, written from docs/protocol.md: the third QUIC stack beside those of the library.
// It is a peer for tests and a reference for figures, not a pool: it opens streams only on command and refills nothing.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

const usage = `quic-go COMMAND [OPTIONS]

  server  gives ids to streams and echoes what comes, or takes it in with -sink; reads commands from standard input
  check   opens streams, checks their ids, and sends bytes over each to a server that echoes
  hold    opens streams and holds them; reads commands from standard input
  bench   measures against a server that echoes (-target) and one that takes in (-sink)
  raw     the same against servers of its own, in processes of their own
  peer    does with connections and streams what standard input says, see peer.go

Every command prints lines of the form "key value". COMMAND -h lists the options.
`

type options struct {
	listen, cert, key string
	takesIn           bool
	target, sink      string
	pin               string
	keepAlive         time.Duration
	streams, bytes    int
	rounds, bulk      int
	idle              string
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func(options) error{
		"server": runServer, "check": runCheck, "hold": runHold, "bench": runBench, "raw": runRaw,
		"peer": runPeer,
	}
	command, known := commands[os.Args[1]]
	if !known {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	given, err := parse(os.Args[1], os.Args[2:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		os.Exit(2)
	}
	if err := command(given); err != nil {
		say("error", strings.ReplaceAll(err.Error(), "\n", " "))
		os.Exit(1)
	}
}

func parse(command string, arguments []string) (options, error) {
	var o options
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.DurationVar(&o.keepAlive, "keep-alive", 10*time.Second, "a third of the idle time-out")
	if command == "server" || command == "peer" {
		flags.StringVar(&o.cert, "cert", "", "certificate as PEM; without it one is made for loopback")
		flags.StringVar(&o.key, "key", "", "its private key as PEM")
	}
	switch command {
	case "server":
		flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "where to listen; port 0: any, printed")
		flags.BoolVar(&o.takesIn, "sink", false, "take in what comes until it ends, instead of echoing it")
	case "check", "hold", "bench":
		flags.StringVar(&o.target, "target", "", "the server, HOST:PORT")
		flags.StringVar(&o.pin, "fingerprint", "", "SHA-256 of the server's certificate in hex; without it none is checked")
	}
	switch command {
	case "check", "hold":
		flags.IntVar(&o.streams, "streams", 100, "how many to open")
		flags.IntVar(&o.bytes, "bytes", 10_000, "how many to send over each (check)")
	case "bench", "raw":
		if command == "bench" {
			flags.StringVar(&o.sink, "sink", "", "a server that takes in what comes, HOST:PORT; without it no bulk")
		}
		flags.StringVar(&o.idle, "idle", "16,256,1024", "numbers of idle streams beside those in use")
		flags.IntVar(&o.rounds, "rounds", 10_000, "round trips of a ping-pong")
		flags.IntVar(&o.bulk, "bulk", 100, "MB to send, over all streams together")
	}
	return o, flags.Parse(arguments)
}

// say prints one line; standard output is not buffered.
func say(key string, value any) {
	fmt.Printf("%s %v\n", key, value)
}
