package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
)

// How many streams are opened, or checked, at a time.
const atOnce = 64

// opened is the client's end of a stream that has its id.
type opened struct {
	id     streamID
	stream *quic.Stream
}

func connect(target, pin string, keepAlive time.Duration) (*quic.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return quic.DialAddr(ctx, target, clientTLS(pin), quicConfig(keepAlive))
}

func open(connection *quic.Conn) (opened, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	stream, err := connection.OpenStreamSync(ctx)
	if err != nil {
		return opened{}, err
	}
	id, err := askID(stream)
	if err != nil {
		abort(stream, codeRetired)
	}
	return opened{id, stream}, err
}

// fill opens the first stream alone, so that it is the first for the server too, and the others many at a time.
func fill(connection *quic.Conn, count int) ([]opened, error) {
	all := make([]opened, count)
	var err error
	if all[0], err = open(connection); err != nil {
		return nil, err
	}
	err = parallel(count-1, atOnce, func(i int) error {
		var err error
		all[i+1], err = open(connection)
		return err
	})
	if err != nil {
		return nil, err
	}
	seen := map[streamID]bool{}
	for _, each := range all {
		if seen[each.id] {
			return nil, fmt.Errorf("the id %s came twice", each.id)
		}
		seen[each.id] = true
	}
	return all, nil
}

// parallel runs a task count times, some at a time, and runs all of them even if some fail.
func parallel(count, width int, do func(int) error) error {
	next := make(chan int)
	errs := make([]error, count)
	var workers sync.WaitGroup
	for range min(width, count) {
		workers.Go(func() {
			for i := range next {
				errs[i] = do(i)
			}
		})
	}
	for i := range count {
		next <- i
	}
	close(next)
	workers.Wait()
	return errors.Join(errs...)
}

// exchange sends random bytes and a FIN, and expects the same bytes and a FIN back.
func exchange(each opened, size int) error {
	sent := make([]byte, size)
	rand.Read(sent)
	written := make(chan error, 1)
	go func() {
		_, err := each.stream.Write(sent)
		written <- errors.Join(err, each.stream.Close())
	}()
	got, err := io.ReadAll(each.stream)
	if err = errors.Join(err, <-written); err != nil {
		return fmt.Errorf("stream %s: %w", each.id, err)
	}
	if !bytes.Equal(sent, got) {
		return fmt.Errorf("stream %s: %d bytes sent, %d others came back", each.id, len(sent), len(got))
	}
	return nil
}

func runCheck(o options) error {
	connection, err := connect(o.target, o.pin, o.keepAlive)
	if err != nil {
		return err
	}
	defer connection.CloseWithError(0, poolClosed)
	all, err := fill(connection, o.streams)
	if err != nil {
		return err
	}
	say("first", all[0].id)
	if all[0].id != (streamID{}) {
		return errors.New("the first id is not 00000000")
	}
	say("unique", len(all))
	if err := parallel(len(all), atOnce, func(i int) error { return exchange(all[i], o.bytes) }); err != nil {
		return err
	}
	say("echoed", len(all)*o.bytes)
	return nil
}
