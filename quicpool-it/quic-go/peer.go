package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"
)

const longestWait = 30 * time.Second

// peer knows nothing of pools: it executes commands on connections and streams, and reports their events. Each line of its
// input is "NUMBER COMMAND", and has one answer, "NUMBER ANSWER", which comes late if the command blocks. An unrequested event
// has the number 0. Listeners, connections and streams have their own numbers:
//
//	listen IDLE STREAMS           LISTENER ADDRESS
//	connect ADDRESS IDLE          CONNECTION ADDRESS (its own)
//	close LISTENER                done
//	close CONNECTION CODE REASON  done
//	open CONNECTION               STREAM
//	read STREAM COUNT             data HEX, fin, or how it ended instead
//	write STREAM HEX              done, or how it ended instead
//	fin STREAM                    done
//	close STREAM                  done: a FIN, and nobody reads the rest
//	reset STREAM CODE             done: sends RESET_STREAM
//	stop STREAM CODE              done: sends STOP_SENDING
//	stopped STREAM                "reset CODE" when a STOP_SENDING came, else done
//
//	0 accepted LISTENER CONNECTION ADDRESS (the client's)
//	0 stream CONNECTION STREAM
//	0 lost CONNECTION HOW
type peer struct {
	serverTLS *tls.Config
	last      atomic.Int64
	things    sync.Map // by number
}

func (p *peer) keep(thing any) int64 {
	number := p.last.Add(1)
	p.things.Store(number, thing)
	return number
}

func runPeer(o options) error {
	config, err := serverTLS(o.cert, o.key)
	if err != nil {
		return err
	}
	p := &peer{serverTLS: config}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		number, command, _ := strings.Cut(lines.Text(), " ")
		go func() {
			answer, err := p.do(strings.Fields(command))
			if err != nil {
				answer = ended(err)
			}
			say(number, answer)
		}()
	}
	return lines.Err()
}

func (p *peer) do(words []string) (string, error) {
	// Pads the arguments, so that no command has to count its words.
	words = append(words, "", "", "")
	switch words[0] {
	case "listen":
		return p.listen(words[1], words[2])
	case "connect":
		return p.connect(words[1], words[2])
	}
	number, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return "", err
	}
	switch thing, _ := p.things.Load(number); thing := thing.(type) {
	case *quic.Listener:
		return "done", thing.Close()
	case *quic.Conn:
		return p.onConnection(thing, words)
	case *quic.Stream:
		return onStreamOfPeer(thing, words[0], words[2])
	default:
		return "", fmt.Errorf("nothing has the number %d", number)
	}
}

// peerConfig has an idle time-out of its own, and as much credit for streams as the test wants.
func peerConfig(idle string, streams int64) (*quic.Config, error) {
	timeout, err := time.ParseDuration(idle)
	config := quicConfig(timeout / 3)
	config.MaxIncomingStreams = streams
	config.HandshakeIdleTimeout = longestWait // quic-go's own five seconds are few on a busy machine
	return config, err
}

func (p *peer) listen(idle, streams string) (string, error) {
	count, err := strconv.ParseInt(streams, 10, 64)
	if err != nil {
		return "", err
	}
	config, err := peerConfig(idle, count)
	if err != nil {
		return "", err
	}
	listener, err := quic.ListenAddr("127.0.0.1:0", p.serverTLS, config)
	if err != nil {
		return "", err
	}
	number := p.keep(listener)
	go func() {
		for {
			connection, err := listener.Accept(context.Background())
			if err != nil {
				return
			}
			c := p.keep(connection)
			say("0", fmt.Sprintf("accepted %d %d %s", number, c, connection.RemoteAddr()))
			go p.watch(connection, c)
		}
	}()
	return fmt.Sprintf("%d %s", number, listener.Addr()), nil
}

func (p *peer) connect(address, idle string) (string, error) {
	config, err := peerConfig(idle, 0)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), longestWait)
	defer cancel()
	connection, err := quic.DialAddr(ctx, address, clientTLS(""), config)
	if err != nil {
		return "", err
	}
	number := p.keep(connection)
	go p.watch(connection, number)
	return fmt.Sprintf("%d %s", number, connection.LocalAddr()), nil
}

// watch reports the streams that the peer opens, and the end of the connection.
func (p *peer) watch(connection *quic.Conn, number int64) {
	for {
		stream, err := connection.AcceptStream(context.Background())
		if err != nil {
			say("0", fmt.Sprintf("lost %d %s", number, ended(err)))
			return
		}
		say("0", fmt.Sprintf("stream %d %d", number, p.keep(stream)))
	}
}

func (p *peer) onConnection(connection *quic.Conn, words []string) (string, error) {
	switch words[0] {
	case "open":
		ctx, cancel := context.WithTimeout(context.Background(), longestWait)
		defer cancel()
		stream, err := connection.OpenStreamSync(ctx)
		if err != nil {
			return "", err
		}
		return strconv.FormatInt(p.keep(stream), 10), nil
	case "close":
		code, err := strconv.ParseUint(words[2], 10, 62)
		if err != nil {
			return "", err
		}
		reason := strings.TrimSpace(strings.Join(words[3:], " "))
		return "done", connection.CloseWithError(quic.ApplicationErrorCode(code), reason)
	default:
		return "", errors.New("unknown command: " + words[0])
	}
}

func onStreamOfPeer(stream *quic.Stream, command, argument string) (string, error) {
	switch command {
	case "write":
		bytes, err := hex.DecodeString(argument)
		if err == nil {
			_, err = stream.Write(bytes)
		}
		return "done", err
	case "fin":
		return "done", stream.Close()
	case "close":
		// quic-go gives the credit for a stream back when it was read to its end.
		go io.Copy(io.Discard, stream)
		return "done", stream.Close()
	case "stopped":
		_, err := stream.Write(nil)
		if remote := (*quic.StreamError)(nil); errors.As(err, &remote) && remote.Remote {
			return "", err
		}
		return "done", nil
	}
	number, err := strconv.ParseUint(argument, 10, 62)
	if err != nil {
		return "", err
	}
	switch command {
	case "read":
		bytes := make([]byte, number)
		n, err := stream.Read(bytes)
		if n > 0 {
			return "data " + hex.EncodeToString(bytes[:n]), nil
		}
		if err == io.EOF {
			return "fin", nil
		}
		return "", err
	case "reset":
		stream.CancelWrite(quic.StreamErrorCode(number))
	case "stop":
		stream.CancelRead(quic.StreamErrorCode(number))
	default:
		return "", errors.New("unknown command: " + command)
	}
	return "done", nil
}

// ended is ending, and distinguishes what the peer did from what this side did.
func ended(err error) string {
	if stream := (*quic.StreamError)(nil); errors.As(err, &stream) && !stream.Remote {
		return "lost " + err.Error()
	}
	return ending(err)
}
