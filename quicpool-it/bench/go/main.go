// A stream a request over quic-go: one row of the bench. The client has one connection. Each line of its input,
// "CALLERS BYTES MILLIS", is answered with requests a second and the percentiles 50, 99 and 99.9 in milliseconds.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
)

const alpn = "bench"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 3 && arguments[0] == "serve":
		return serve(arguments[1], arguments[2])
	case len(arguments) == 2 && arguments[0] == "call":
		return call(arguments[1])
	default:
		return errors.New("serve HOST KEYS | call HOST:PORT")
	}
}

func config() *quic.Config {
	return &quic.Config{MaxIdleTimeout: time.Minute, MaxIncomingStreams: 1024}
}

// serve sends each request back, and ends when its input ends.
func serve(host, keys string) error {
	certificate, err := tls.LoadX509KeyPair(filepath.Join(keys, "tls.crt"), filepath.Join(keys, "tls.key"))
	if err != nil {
		return err
	}
	listener, err := quic.ListenAddr(host+":0", &tls.Config{
		Certificates: []tls.Certificate{certificate}, NextProtos: []string{alpn}}, config())
	if err != nil {
		return err
	}
	fmt.Println("port", listener.Addr().String()[len(host)+1:])
	go func() {
		for {
			connection, err := listener.Accept(context.Background())
			if err != nil {
				return
			}
			go accept(connection)
		}
	}()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func accept(connection *quic.Conn) {
	for {
		stream, err := connection.AcceptStream(context.Background())
		if err != nil {
			return
		}
		go func() {
			defer stream.Close()
			if request, err := io.ReadAll(stream); err == nil {
				stream.Write(request)
			}
		}()
	}
}

func call(target string) error {
	// As trusting as a test on loopback may be; the handshake costs the same.
	connection, err := quic.DialAddr(context.Background(), target,
		&tls.Config{InsecureSkipVerify: true, NextProtos: []string{alpn}}, config())
	if err != nil {
		return err
	}
	defer connection.CloseWithError(0, "")
	fmt.Println("connected")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var callers, size, millis int
		if _, err := fmt.Sscan(lines.Text(), &callers, &size, &millis); err != nil {
			return err
		}
		if err := measure(connection, callers, size, time.Duration(millis)*time.Millisecond); err != nil {
			return err
		}
	}
	return lines.Err()
}

func measure(connection *quic.Conn, callers, size int, long time.Duration) error {
	var all []time.Duration
	var failed error
	var lock sync.Mutex
	var group sync.WaitGroup
	start := time.Now()
	for range callers {
		group.Go(func() {
			took, err := caller(connection, make([]byte, size), start.Add(long))
			lock.Lock()
			defer lock.Unlock()
			all = append(all, took...)
			failed = errors.Join(failed, err)
		})
	}
	group.Wait()
	seconds := time.Since(start).Seconds()
	if failed != nil {
		return failed
	}
	slices.Sort(all)
	at := func(part float64) float64 { return float64(all[int(float64(len(all)-1)*part)].Nanoseconds()) / 1e6 }
	fmt.Println("measured", float64(len(all))/seconds, at(0.5), at(0.99), at(0.999))
	return nil
}

func caller(connection *quic.Conn, request []byte, end time.Time) ([]time.Duration, error) {
	var took []time.Duration
	for start := time.Now(); start.Before(end); {
		stream, err := connection.OpenStreamSync(context.Background())
		if err != nil {
			return nil, err
		}
		if _, err := stream.Write(request); err != nil {
			return nil, err
		}
		if err := stream.Close(); err != nil {
			return nil, err
		}
		answer, err := io.ReadAll(stream)
		if err != nil {
			return nil, err
		}
		if len(answer) != len(request) {
			return nil, fmt.Errorf("%d bytes came back of %d", len(answer), len(request))
		}
		now := time.Now()
		took = append(took, now.Sub(start))
		start = now
	}
	return took, nil
}
