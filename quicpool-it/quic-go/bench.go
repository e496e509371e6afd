package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quic-go/quic-go"
)

const (
	pingBytes = 64
	warmUp    = 2_000 // round trips
	filled    = 1_000 // streams
	block     = 64 * 1024
	million   = 1_000_000
)

// runBench measures one thing after the other, each on a connection of its own.
func runBench(o options) error {
	counts, err := numbers(o.idle)
	if err != nil {
		return err
	}
	if err := benchOpening(o); err != nil {
		return err
	}
	for _, count := range counts {
		if err := benchPing(o, count); err != nil {
			return err
		}
	}
	if o.sink == "" {
		return nil
	}
	for _, count := range counts {
		for _, streams := range []int{1, 8} {
			if err := benchBulk(o, count, streams); err != nil {
				return err
			}
		}
	}
	return nil
}

func numbers(list string) ([]int, error) {
	var all []int
	for each := range strings.SplitSeq(list, ",") {
		number, err := strconv.Atoi(each)
		if err != nil || number < 1 {
			return nil, fmt.Errorf("%q is no positive number", each)
		}
		all = append(all, number)
	}
	return all, nil
}

// From the connect to the first id, cold and again; then a fill.
func benchOpening(o options) error {
	var again []time.Duration
	for i := range 11 {
		start := time.Now()
		connection, err := connect(o.target, o.pin, o.keepAlive)
		if err != nil {
			return err
		}
		first, err := open(connection)
		took := time.Since(start)
		if err != nil {
			return err
		}
		if i == 0 {
			if first.id != (streamID{}) {
				return errors.New("the first id is not 00000000")
			}
			say("first_stream_cold_ms", millis(took))
		} else {
			again = append(again, took)
		}
		connection.CloseWithError(0, poolClosed)
	}
	slices.Sort(again)
	say("first_stream_ms", millis(again[len(again)/2]))

	connection, err := connect(o.target, o.pin, o.keepAlive)
	if err != nil {
		return err
	}
	defer connection.CloseWithError(0, poolClosed)
	start := time.Now()
	if _, err := fill(connection, filled); err != nil {
		return err
	}
	say("fill_1000_ms", millis(time.Since(start)))
	return nil
}

func benchPing(o options, count int) error {
	connection, err := connect(o.target, o.pin, o.keepAlive)
	if err != nil {
		return err
	}
	defer connection.CloseWithError(0, poolClosed)
	heapBefore := heap()
	all, err := fill(connection, count+1)
	if err != nil {
		return err
	}
	heapAfter := heap()
	if _, err := ping(all[0].stream, warmUp); err != nil {
		return err
	}
	nanos, err := ping(all[0].stream, o.rounds)
	if err != nil {
		return err
	}
	slices.Sort(nanos)
	key := fmt.Sprintf("ping_idle_%d_", count)
	say(key+"p50_us", micros(nanos[len(nanos)/2]))
	say(key+"p99_us", micros(nanos[len(nanos)*99/100]))
	say(key+"max_us", micros(nanos[len(nanos)-1]))
	say(fmt.Sprintf("heap_per_stream_%d_bytes", count), (heapAfter-heapBefore)/int64(count+1))
	for _, what := range []string{"VmRSS", "Threads"} {
		say(fmt.Sprintf("%s_%d", strings.ToLower(what), count), processStatus(what))
	}
	runtime.KeepAlive(all)
	return nil
}

func ping(stream *quic.Stream, rounds int) ([]time.Duration, error) {
	out, in := make([]byte, pingBytes), make([]byte, pingBytes)
	took := make([]time.Duration, rounds)
	for round := range rounds {
		for i := range out {
			out[i] = byte(round)
		}
		start := time.Now()
		if _, err := stream.Write(out); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(stream, in); err != nil {
			return nil, err
		}
		took[round] = time.Since(start)
		if !bytes.Equal(out, in) {
			return nil, fmt.Errorf("round %d came back different", round)
		}
	}
	return took, nil
}

// The clock stops when the server, which has read all, has ended its side too.
func benchBulk(o options, count, streams int) error {
	connection, err := connect(o.sink, o.pin, o.keepAlive)
	if err != nil {
		return err
	}
	defer connection.CloseWithError(0, poolClosed)
	all, err := fill(connection, count+streams+1)
	if err != nil {
		return err
	}
	if err := push(all[count+streams].stream, max(1, o.bulk/10)*million); err != nil {
		return err
	}
	start := time.Now()
	err = parallel(streams, streams, func(i int) error { return push(all[i].stream, o.bulk*million/streams) })
	if err != nil {
		return err
	}
	rate := float64(o.bulk) / time.Since(start).Seconds()
	say(fmt.Sprintf("bulk_%d_idle_%d_MBps", streams, count), fmt.Sprintf("%.1f", rate))
	return nil
}

func push(stream *quic.Stream, size int) error {
	bytes := make([]byte, block)
	for left := size; left > 0; left -= block {
		if _, err := stream.Write(bytes[:min(left, block)]); err != nil {
			return err
		}
	}
	if err := stream.Close(); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, stream)
	return err
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// A line of the process's status, where the system has one.
func processStatus(what string) string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, what+":"); found {
			return strings.ReplaceAll(strings.TrimSpace(value), " ", "_")
		}
	}
	return "unknown"
}

func millis(took time.Duration) string { return fmt.Sprintf("%.2f", float64(took.Nanoseconds())/1e6) }

func micros(took time.Duration) string { return fmt.Sprintf("%.1f", float64(took.Nanoseconds())/1e3) }
