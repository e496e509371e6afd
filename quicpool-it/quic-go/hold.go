package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/quic-go/quic-go"
)

// runHold holds idle streams and executes commands on them, with one answer for each command:
//
//	send ID TEXT    writes the text and a FIN         sent ID
//	recv ID         reads to the end                  received ID TEXT, or how it ended instead
//	cancel ID CODE  ends both directions with a code  cancelled ID
//	flush           a FIN on each stream not used     flushed N
//	end             waits for the connection's end    ended and how
//	quit            closes the connection
func runHold(o options) error {
	connection, err := connect(o.target, o.pin, o.keepAlive)
	if err != nil {
		return err
	}
	defer connection.CloseWithError(0, poolClosed)
	all, err := fill(connection, o.streams)
	if err != nil {
		return err
	}
	unused := map[streamID]*quic.Stream{}
	streams := map[streamID]*quic.Stream{}
	for _, each := range all {
		unused[each.id], streams[each.id] = each.stream, each.stream
		say("stream", each.id)
	}
	say("ready", len(all))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		command, rest, _ := strings.Cut(lines.Text(), " ")
		var answer string
		switch command {
		case "quit":
			return nil
		case "end":
			<-connection.Context().Done()
			answer = "ended " + ending(connectionError(connection))
		case "flush":
			for _, stream := range unused {
				stream.Close()
			}
			answer = fmt.Sprintf("flushed %d", len(unused))
			clear(unused)
		default:
			answer, err = onStream(command, rest, streams, unused)
			if err != nil {
				answer = "error " + err.Error()
			}
		}
		fmt.Println(answer)
	}
	return nil
}

func onStream(command, rest string, streams, unused map[streamID]*quic.Stream) (string, error) {
	name, text, _ := strings.Cut(rest, " ")
	id, err := parseID(name)
	if err != nil {
		return "", err
	}
	stream := streams[id]
	if stream == nil {
		return "", fmt.Errorf("no stream %s", id)
	}
	delete(unused, id)
	switch command {
	case "send":
		if _, err := stream.Write([]byte(text)); err != nil {
			return "", err
		}
		return "sent " + name, stream.Close()
	case "recv":
		got, err := io.ReadAll(stream)
		if err != nil {
			return ending(err), nil
		}
		return fmt.Sprintf("received %s %s", id, got), nil
	case "cancel":
		code, err := strconv.ParseUint(text, 10, 62)
		abort(stream, quic.StreamErrorCode(code))
		return "cancelled " + name, err
	default:
		return "", errors.New("unknown command: send, recv, cancel, flush, end or quit")
	}
}

func connectionError(connection *quic.Conn) error {
	_, err := connection.OpenStream()
	return err
}
