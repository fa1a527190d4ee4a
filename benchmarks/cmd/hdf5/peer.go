package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/klepto-go/klepto/benchmarks/measure"
)

// peer is a program that does what a line of its input says, so that it can take
// turns with us.
type peer struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
}

// peers are the C program, and h5py where there is one.
type peers []*peer

func startPeers(dir string) (peers, error) {
	flags, err := exec.Command("pkg-config", "--cflags", "--libs", "hdf5").Output()
	if err != nil {
		return nil, fmt.Errorf("pkg-config finds no hdf5: %w; scripts/setup installs it", err)
	}
	program := filepath.Join(dir, "hdf5c")
	args := append([]string{"-O2", "-o", program, "c/hdf5.c"}, strings.Fields(string(flags))...)
	if out, err := exec.Command("cc", append(args, "-lm")...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cc: %w, in the folder benchmarks? %s", err, out)
	}
	c, err := startPeer("C", program, dir)
	if err != nil {
		return nil, err
	}
	all := peers{c}
	const python = "/usr/bin/python3" // the one that the h5py of the system is for
	if exec.Command(python, "-c", "from h5py import File").Run() == nil {
		py, err := startPeer("h5py", python, "python/hdf5.py", dir)
		if err != nil {
			all.stop()
			return nil, err
		}
		all = append(all, py)
	}
	return all, nil
}

func startPeer(name, program string, args ...string) (*peer, error) {
	p := &peer{name: name, cmd: exec.Command(program, args...)}
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewScanner(out)
	return p, p.cmd.Start()
}

func (all peers) stop() {
	for _, p := range all {
		p.in.Close()     // which ends it
		_ = p.cmd.Wait() // it has no input any more, and what it did is measured
	}
}

// does returns a side on which the peer does the work, or "work 100" for a hundred
// of it at a time.
func (p *peer) does(work string) measure.Side {
	work, times, _ := strings.Cut(work, " ")
	each := 1
	if times != "" {
		each = measure.Must(strconv.Atoi(times))
	}
	return func(n int) time.Duration {
		n *= each
		if _, err := fmt.Fprintln(p.in, work, n); err != nil || !p.out.Scan() {
			measure.Must(0, fmt.Errorf("%s ended while it did %q: %w", p.name, work, errors.Join(err, io.ErrUnexpectedEOF)))
		}
		return time.Duration(measure.Must(strconv.ParseInt(p.out.Text(), 10, 64)))
	}
}

// against compares ours with the same work of each peer. The goal is held beside C.
func (all peers) against(rounds int, name, work string, ours measure.Side, goal measure.Goal) []measure.Line {
	return all.compare(name, work, goal, func(sides ...measure.Side) []float64 {
		return measure.Fastest(rounds, measure.Spread, sides...)
	}, ours)
}

// againstSlow is against for work of which one operation outlasts a round: a few of
// each are enough, and none are spent on finding out how many fit.
func (all peers) againstSlow(rounds int, name, work string, ours measure.Side, goal measure.Goal) []measure.Line {
	return all.compare(name, work, goal, func(sides ...measure.Side) []float64 {
		best := make([]float64, len(sides))
		for round := range min(rounds, 10) + 1 {
			for i, side := range sides {
				if t := side(1).Seconds(); round <= 1 || t < best[i] { // the first warms up
					best[i] = t
				}
			}
		}
		return best
	}, ours)
}

func (all peers) compare(name, work string, goal measure.Goal, fastest func(...measure.Side) []float64, ours measure.Side) (lines []measure.Line) {
	sides := []measure.Side{ours}
	for _, p := range all {
		sides = append(sides, p.does(work))
	}
	best := fastest(sides...)
	for i, p := range all {
		lines = append(lines, measure.Line{Name: name + " : " + p.name, Ours: best[0], Reference: best[i+1], Goal: goal})
		goal = measure.Goal{}
	}
	return lines
}
