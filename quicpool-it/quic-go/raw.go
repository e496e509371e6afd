package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// child is a server in a process of its own, which ends when its input does.
type child struct {
	command *exec.Cmd
	input   io.Closer
	address string
}

func startServer(keepAlive time.Duration, more ...string) (*child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	arguments := append([]string{"server", "-keep-alive", keepAlive.String()}, more...)
	command := exec.Command(program, arguments...)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	server := &child{command: command, input: input}
	lines := bufio.NewScanner(output)
	for server.address == "" && lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), " ")
		if key == "listening" {
			server.address = value
		}
	}
	if server.address == "" {
		server.stop()
		return nil, fmt.Errorf("the server did not start")
	}
	return server, nil
}

func (c *child) stop() {
	c.input.Close()
	c.command.Wait()
}

// runRaw is bench with quic-go on both sides.
func runRaw(o options) error {
	echo, err := startServer(o.keepAlive)
	if err != nil {
		return err
	}
	defer echo.stop()
	sink, err := startServer(o.keepAlive, "-sink")
	if err != nil {
		return err
	}
	defer sink.stop()
	o.target, o.sink = echo.address, sink.address
	return runBench(o)
}
