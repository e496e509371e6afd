// A pool of the Go package itself, as client or as server, for tests of docs/go.md and docs/protocol.md. It
// executes the commands of standard input, with one answer for each, until quit or the end of the input.
package main

import (
	"bufio"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/NodePassProject/quic"
)

const patience = 20 * time.Second

// A third of the idle time-out. A busy machine may delay a process for more than three seconds.
const keepAlive = 10 * time.Second

// peer is the pool, and the streams that were taken from it.
type peer struct {
	pool  *quic.Pool
	taken map[string]net.Conn
}

func main() {
	if len(os.Args) < 2 {
		fail(errors.New("client or server?"))
	}
	var listen, cert, key, target string
	var capacity int
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	flags.StringVar(&listen, "listen", "127.0.0.1:0", "where a server listens")
	flags.StringVar(&cert, "cert", "", "its certificate as PEM")
	flags.StringVar(&key, "key", "", "its private key as PEM")
	flags.StringVar(&target, "target", "", "whom a client connects to")
	flags.IntVar(&capacity, "capacity", 10, "idle streams")
	flags.Parse(os.Args[2:])
	p := &peer{taken: map[string]net.Conn{}}
	switch os.Args[1] {
	case "client":
		p.client(target, capacity)
	case "server":
		p.server(listen, cert, key, capacity)
	default:
		fail(errors.New("client or server?"))
	}
	fmt.Println("ready", capacity)
	p.obey()
}

func fail(err error) {
	fmt.Println("error", err)
	os.Exit(1)
}

func (p *peer) client(target string, capacity int) {
	resolver := func() (string, error) { return target, nil }
	p.pool = quic.NewClientPool(capacity, capacity, 50*time.Millisecond, 50*time.Millisecond, keepAlive, "0", "localhost", resolver)
	go p.pool.ClientManager()
}

// take waits for any stream. The package fails a call at once that is made before its manager has begun.
func (p *peer) take() (id string, stream net.Conn, err error) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if id, stream, err = p.pool.IncomingGet(time.Until(deadline)); err == nil {
			return
		}
	}
	return
}

func (p *peer) server(listen, cert, key string, capacity int) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		fail(err)
	}
	p.pool = quic.NewServerPool(capacity, "", &tls.Config{Certificates: []tls.Certificate{pair}}, listen, keepAlive)
	go p.pool.ServerManager()
}

// obey knows these commands:
//
//	active         how many are idle                              active N
//	take           takes any                                      took ID
//	get ID         takes that one                                 got ID
//	send ID TEXT   writes                                         sent ID
//	read ID N      reads so many bytes                            read TEXT
//	end ID         reads what is left, to the end                 ended ID TEXT
//	close ID       closes, whatever is unread                     closed ID
//	speak N TEXT   N times: takes any, writes, reads to the end,  spoke N
//	               closes; an error of any of it is the answer
//	request N TEXT N times: takes any, writes, closes, reads to   requested N
//	               the end what must be the text again
//	echo N         N times: takes any, echoes to the end, closes  echoed N
//	flush          evicts all idle streams                        flushed
//	quit           closes the pool
func (p *peer) obey() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		command, rest, _ := strings.Cut(lines.Text(), " ")
		if command == "quit" {
			break
		}
		answer, err := p.do(command, rest)
		if err != nil {
			answer = "error " + err.Error()
		}
		fmt.Println(answer)
	}
	p.pool.Close()
}

func (p *peer) do(command, rest string) (string, error) {
	first, text, _ := strings.Cut(rest, " ")
	switch command {
	case "active":
		return fmt.Sprint("active ", p.pool.Active()), nil
	case "flush":
		p.pool.Flush()
		return "flushed", nil
	case "take":
		id, stream, err := p.take()
		p.taken[id] = stream
		return "took " + id, err
	case "get":
		stream, err := p.pool.OutgoingGet(first, patience)
		p.taken[first] = stream
		return "got " + first, err
	case "speak":
		return "spoke " + first, p.times(first, func(stream net.Conn) error { return speak(stream, text) })
	case "request":
		return "requested " + first, p.times(first, func(stream net.Conn) error { return request(stream, text) })
	case "echo":
		return "echoed " + first, p.times(first, echo)
	}
	stream := p.taken[first]
	if stream == nil {
		return "", fmt.Errorf("no stream %s, or no command %s", first, command)
	}
	if command == "close" {
		delete(p.taken, first)
		return "closed " + first, stream.Close()
	}
	stream.SetReadDeadline(time.Now().Add(patience))
	switch command {
	case "send":
		_, err := stream.Write([]byte(text))
		return "sent " + first, err
	case "read":
		size, _ := strconv.Atoi(text)
		got := make([]byte, size)
		_, err := io.ReadFull(stream, got)
		return "read " + string(got), err
	case "end":
		got, err := io.ReadAll(stream)
		return strings.TrimSpace("ended " + first + " " + string(got)), err
	}
	return "", fmt.Errorf("no command %s", command)
}

func (p *peer) times(count string, do func(net.Conn) error) error {
	n, err := strconv.Atoi(count)
	for i := 0; i < n && err == nil; i++ {
		var stream net.Conn
		if _, stream, err = p.take(); err == nil {
			stream.SetReadDeadline(time.Now().Add(patience))
			err = do(stream)
		}
	}
	return err
}

func speak(stream net.Conn, text string) error {
	if _, err := stream.Write([]byte(text)); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, stream); err != nil {
		return err
	}
	return stream.Close()
}

func request(stream net.Conn, text string) error {
	if _, err := stream.Write([]byte(text)); err != nil {
		return err
	}
	if err := stream.Close(); err != nil {
		return err
	}
	got, err := io.ReadAll(stream)
	if err == nil && string(got) != text {
		err = fmt.Errorf("answered %q", got)
	}
	return err
}

func echo(stream net.Conn) error {
	if _, err := io.Copy(stream, stream); err != nil {
		return err
	}
	return stream.Close()
}
