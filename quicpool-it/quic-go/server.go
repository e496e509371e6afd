package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"github.com/quic-go/quic-go"
)

// The largest first message of an idle stream: a thousand idle streams do not hold a large buffer each.
const firstRead = 256

type state int

const (
	idle    state = iota
	taken         // by the peer, which began to speak, or by lead
	retired       // by flush
)

// held is the server's end of a stream: idle -> taken or retired, under the pool's lock.
type held struct {
	id      streamID
	stream  *quic.Stream
	state   state
	writing sync.Mutex // lead and the echo both write
}

func (h *held) write(bytes []byte) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	_, err := h.stream.Write(bytes)
	return err
}

// serverPool knows its live streams by id.
type serverPool struct {
	takesIn bool

	lock       sync.Mutex
	firstGiven bool
	live       map[streamID]*held
}

// store gives the stream its id and keeps it, before anybody can see the id. 00000000 is given once in the life of a pool,
// as in the Go package.
func (p *serverPool) store(stream *quic.Stream) *held {
	p.lock.Lock()
	defer p.lock.Unlock()
	var id streamID
	for p.firstGiven && (id == streamID{} || p.live[id] != nil) {
		id = randomID()
	}
	p.firstGiven = true
	h := &held{id: id, stream: stream}
	p.live[id] = h
	return h
}

func (p *serverPool) drop(h *held) {
	p.lock.Lock()
	defer p.lock.Unlock()
	delete(p.live, h.id)
}

// take says whether the stream was idle; then it is in the new state.
func (p *serverPool) take(h *held, to state) bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	if h.state != idle {
		return false
	}
	h.state = to
	return true
}

func (p *serverPool) idle() []*held {
	p.lock.Lock()
	defer p.lock.Unlock()
	var all []*held
	for _, h := range p.live {
		if h.state == idle {
			all = append(all, h)
		}
	}
	return all
}

func (p *serverPool) serveConnection(connection *quic.Conn) {
	for {
		stream, err := connection.AcceptStream(context.Background())
		if err != nil {
			return
		}
		go p.serve(stream)
	}
}

func (p *serverPool) serve(stream *quic.Stream) {
	if code, err := readHello(stream); err == io.EOF {
		// Opened and ended without a byte: the ping of a client whose engine has no PING.
		stream.Close()
		return
	} else if err != nil {
		abort(stream, code)
		return
	}
	h := p.store(stream)
	defer p.drop(h)
	if h.write(h.id[:]) != nil || p.converse(h) != nil {
		abort(stream, codeRetired)
		return
	}
	stream.Close()
}

// converse echoes or only reads, until the peer's FIN.
func (p *serverPool) converse(h *held) error {
	first := make([]byte, firstRead)
	n, err := h.stream.Read(first)
	if err == io.EOF && n == 0 {
		return nil
	}
	if err != nil && err != io.EOF {
		return err
	}
	p.take(h, taken)
	if p.takesIn {
		_, err = io.Copy(io.Discard, h.stream)
		return err
	}
	if writeErr := h.write(first[:n]); writeErr != nil || err == io.EOF {
		return writeErr
	}
	buffer := make([]byte, 32*1024)
	for {
		n, err := h.stream.Read(buffer)
		if n > 0 {
			if writeErr := h.write(buffer[:n]); writeErr != nil {
				return writeErr
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// lead takes a stream as the server of a server-led pool does, and speaks first.
func (p *serverPool) lead() error {
	for _, h := range p.idle() {
		if p.take(h, taken) {
			if err := h.write([]byte("led " + h.id.String() + "\n")); err != nil {
				return err
			}
			say("led", h.id)
			return nil
		}
	}
	return fmt.Errorf("no stream is idle")
}

// flush ends each idle stream with a FIN and nothing else, as the Go package does.
func (p *serverPool) flush() {
	flushed := 0
	for _, h := range p.idle() {
		if p.take(h, retired) {
			h.stream.Close()
			flushed++
		}
	}
	say("flushed", flushed)
}

func runServer(o options) error {
	tlsConfig, err := serverTLS(o.cert, o.key)
	if err != nil {
		return err
	}
	address, err := net.ResolveUDPAddr("udp", o.listen)
	if err != nil {
		return err
	}
	socket, err := net.ListenUDP("udp", address)
	if err != nil {
		return err
	}
	transport := &quic.Transport{Conn: socket}
	listener, err := transport.Listen(tlsConfig, quicConfig(o.keepAlive))
	if err != nil {
		return err
	}
	pool := &serverPool{takesIn: o.takesIn, live: map[streamID]*held{}}
	var connections sync.Map
	go func() {
		for {
			connection, err := listener.Accept(context.Background())
			if err != nil {
				return
			}
			connections.Store(connection, true)
			go func() {
				pool.serveConnection(connection)
				connections.Delete(connection)
			}()
		}
	}()
	say("fingerprint", fingerprint(tlsConfig.Certificates[0].Certificate[0]))
	say("listening", listener.Addr())
	pool.obey()
	connections.Range(func(connection, _ any) bool {
		connection.(*quic.Conn).CloseWithError(0, poolClosed)
		return true
	})
	listener.Close()
	return transport.Close()
}

// obey reads commands until quit, or the end of the input: so no process is left behind.
func (p *serverPool) obey() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		switch lines.Text() {
		case "lead":
			if err := p.lead(); err != nil {
				say("error", err)
			}
		case "flush":
			p.flush()
		case "idle":
			say("idle", len(p.idle()))
		case "quit":
			return
		default:
			say("error", "unknown command: lead, flush, idle or quit")
		}
	}
}
