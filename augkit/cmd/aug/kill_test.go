package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/augkit/aug/augkit"
	"github.com/augkit/aug/augkit/runlog"
)

// aims are moments to kill at. A sign is what an aim leaves in the folder of a run: empty before and after it, and
// another one each time. So it tells when to kill, and what was hit.
var aims = []struct {
	name string
	sign func(run string) string
}{
	{"begun", func(run string) string {
		if there(run+".partial") != "" && there(run+".partial", "timing.jsonl") == "" {
			return "begun"
		}
		return ""
	}},
	{"after a growth", func(run string) string {
		if n, grew := recorded(run); grew && n > checkpointed(run) {
			return strconv.Itoa(n)
		}
		return ""
	}},
	{"checkpoint half written", func(run string) string { return there(run+".partial", "checkpoint", ".new-*") }},
	{"weights half written", func(run string) string {
		if there(run+".partial", "predictions.jsonl*") != "" {
			return ""
		}
		return there(run+".partial", "weights")
	}},
	{"result half written", func(run string) string {
		if there(run+".partial", "result.json") != "" {
			return ""
		}
		return there(run+".partial", "predictions.jsonl*")
	}},
	{"result written", func(run string) string { return there(run+".partial", "result.json") }},
	{"renamed", func(run string) string { return there(run) }},
}

// Indices of aims; from finishing on training is over.
const (
	anyMoment = iota - 1 // not an aim
	begun
	growing
	saving
	finishing
)

// signs are those of all aims.
func signs(run string) []string {
	all := make([]string, len(aims))
	for i, aim := range aims {
		all[i] = aim.sign(run)
	}
	return all
}

// there names what matches a path, with the time it changed last; empty where nothing does.
func there(parts ...string) string {
	found, err := filepath.Glob(filepath.Join(parts...))
	if err != nil {
		return ""
	}
	var all []string
	for _, path := range found {
		if info, err := os.Stat(path); err == nil {
			all = append(all, path, info.ModTime().String())
		}
	}
	return strings.Join(all, " ")
}

// recorded is the last recorded epoch of a run in progress, and whether it grew.
func recorded(run string) (epoch int, grew bool) {
	text, err := os.ReadFile(filepath.Join(run+".partial", "epochs.jsonl"))
	lines := bytes.Split(text, []byte("\n")) // what follows the last newline is half a line, or nothing
	if err != nil || len(lines) < 2 {
		return 0, false
	}
	var e runlog.Epoch
	if err := json.Unmarshal(lines[len(lines)-2], &e); err != nil {
		return 0, false
	}
	return e.Epoch, len(e.Grown) > 0
}

// checkpointed is the epoch of the newest checkpoint of a run in progress; 0: there is none.
func checkpointed(run string) int {
	entries, _ := os.ReadDir(filepath.Join(run+".partial", "checkpoint"))
	last := 0
	for _, e := range entries { // sorted
		epoch, _, _ := strings.Cut(e.Name(), "-")
		if n, err := strconv.Atoi(epoch); err == nil { // else it is half written
			last = n
		}
	}
	return last
}

// killer kills runs at chosen and at random moments and counts them.
type killer struct {
	*bench
	rng     *rand.Rand
	total   int
	counts  map[string]int // by aim; a kill can have come at several
	history []string       // of the last run
	// At least so many kills, and so many of each kind.
	kills, each int
}

// wants reports whether there are too few kills, or too few of this kind.
func (k *killer) wants(aim int) bool {
	return k.total < k.kills || k.counts[nameOf(aim)] < k.each
}

func nameOf(aim int) string {
	if aim == anyMoment {
		return "random"
	}
	return aims[aim].name
}

// kill starts a process, or goes on, and kills it at an aim or at any moment. It reports whether the kill came
// before the end.
func (k *killer) kill(t *testing.T, dir string, aim int) bool {
	t.Helper()
	run := filepath.Join(dir, runPath)
	from, before := checkpointed(run), signs(run)
	k.history = append(k.history, nameOf(aim))
	p := k.start(t, dir)
	if aim != anyMoment {
		p.until(func() bool {
			if aim == begun && there(run+".partial") != "" { // even if that was too quick to be seen
				return true
			}
			sign := aims[aim].sign(run)
			return sign != "" && sign != before[aim]
		})
	} else {
		left := k.took * time.Duration(epochs-from) / time.Duration(epochs)
		after := time.Duration(k.rng.Int64N(int64(left) + 1))
		k.history = append(k.history, fmt.Sprint("after ", after))
		deadline := time.Now().Add(after)
		p.until(func() bool { return time.Now().After(deadline) })
	}
	killed := p.kill(t)
	p.wentOn(t, from)
	if !killed {
		k.history = append(k.history, "(too late)")
		return false
	}
	k.total++
	if aim == anyMoment {
		k.counts[nameOf(aim)]++
	}
	for i, sign := range signs(run) {
		if sign != "" && sign != before[i] {
			k.counts[aims[i].name]++
		}
	}
	return true
}

// plan is what to aim at in the next run, of what is wanted still. Only one aim is after training, which can leave a run
// that is complete; which one depends on the shift.
func (k *killer) plan(shift int) []int {
	all := []int{begun, growing, saving, anyMoment, anyMoment}
	if k.total > 0 { // else a random kill that comes too late could leave nothing for the small form to aim at
		k.rng.Shuffle(len(all)-1, func(i, j int) { all[1+i], all[1+j] = all[1+j], all[1+i] })
	}
	for i := range len(aims) - finishing {
		if aim := finishing + (shift+i)%(len(aims)-finishing); k.wants(aim) {
			all = append(all, aim)
			break
		}
	}
	return slices.DeleteFunc(all, func(aim int) bool { return !k.wants(aim) })
}

// kill kills run after run. A kill that comes too late finds a run that is complete.
func (b *bench) kill(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("AUG_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("AUG_TEST_SEED=%d", seed)
	k := &killer{bench: b, rng: rand.New(rand.NewPCG(seed, 0)), counts: make(map[string]int), kills: 4}
	rounds := 4
	if augkit.Full() {
		rounds, k.kills, k.each = 40, 24, 3
	}
	defer func() {
		if t.Failed() {
			t.Log("killed:", strings.Join(k.history, "; "))
		}
	}()
	first, round := k.rng.IntN(len(aims)), 0
	for plan := k.plan(first); len(plan) > 0 && round < rounds && !t.Failed(); plan = k.plan(first + round) {
		round++
		k.history = nil
		b.same(t, t.TempDir(), func(t *testing.T, dir string) {
			for _, aim := range plan {
				if !k.kill(t, dir, aim) {
					break
				}
			}
			b.finish(t, dir)
		})
	}
	t.Logf("%d kills in %d runs, by what they left: %v", k.total, round, k.counts)
	if left := k.plan(0); len(left) > 0 {
		t.Errorf("want %d kills and %d of each kind, have too few of %v", k.kills, k.each, left)
	}
}
