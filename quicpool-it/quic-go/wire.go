package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/quic-go/quic-go"
)

// The constants of docs/protocol.md.
const (
	alpn       = "np-quic"
	hello      = 0x00
	idTimeout  = 10 * time.Second
	poolClosed = "pool closed"

	// Application error codes of streams.
	codeRetired  quic.StreamErrorCode = 0
	codeProtocol quic.StreamErrorCode = 2
	codeTooSlow  quic.StreamErrorCode = 3
)

// streamID is the id by which both ends know a stream.
type streamID [4]byte

func (id streamID) String() string { return hex.EncodeToString(id[:]) }

func parseID(text string) (streamID, error) {
	var id streamID
	bytes, err := hex.DecodeString(text)
	if err != nil || len(bytes) != len(id) {
		return id, fmt.Errorf("%q is no stream id", text)
	}
	copy(id[:], bytes)
	return id, nil
}

func randomID() streamID {
	var id streamID
	rand.Read(id[:]) // never fails
	return id
}

// quicConfig has the time-outs of the protocol; windows are quic-go's own defaults.
func quicConfig(keepAlive time.Duration) *quic.Config {
	return &quic.Config{
		MaxIdleTimeout:     3 * keepAlive,
		KeepAlivePeriod:    keepAlive,
		MaxIncomingStreams: 16_384,
	}
}

// readHello is the server's half of the exchange of an id.
func readHello(stream *quic.Stream) (quic.StreamErrorCode, error) {
	var first [1]byte
	if err := stream.SetReadDeadline(time.Now().Add(idTimeout)); err != nil {
		return codeProtocol, err
	}
	if _, err := io.ReadFull(stream, first[:]); err != nil {
		return codeTooSlow, err
	}
	if first[0] != hello {
		return codeProtocol, fmt.Errorf("hello is %#02x", first[0])
	}
	return 0, stream.SetReadDeadline(time.Time{})
}

// askID is the client's half.
func askID(stream *quic.Stream) (streamID, error) {
	var id streamID
	if _, err := stream.Write([]byte{hello}); err != nil {
		return id, err
	}
	if err := stream.SetReadDeadline(time.Now().Add(idTimeout)); err != nil {
		return id, err
	}
	if _, err := io.ReadFull(stream, id[:]); err != nil {
		return id, fmt.Errorf("no id: %w", err)
	}
	return id, stream.SetReadDeadline(time.Time{})
}

// abort ends both directions at once.
func abort(stream *quic.Stream, code quic.StreamErrorCode) {
	stream.CancelRead(code)
	stream.CancelWrite(code)
}

// ending says in one line how a stream or connection ended.
func ending(err error) string {
	var stream *quic.StreamError
	var connection *quic.ApplicationError
	switch {
	case errors.As(err, &stream):
		return fmt.Sprintf("reset %d", stream.ErrorCode)
	case errors.As(err, &connection):
		return fmt.Sprintf("closed %d %s", connection.ErrorCode, connection.ErrorMessage)
	default:
		return "lost " + err.Error()
	}
}
