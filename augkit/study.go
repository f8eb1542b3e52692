package augkit

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/method"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/study"
	"github.com/augkit/aug/augkit/train"
)

// Study compares methods on the same splits and seeds, so that differences can be paired. Runs lie in
// Dir/<method>/split<k>-seed<s>; those that are there are taken as they are, so a study can be stopped, taken up
// again, and enlarged.
type Study struct {
	Base    experiment.Experiment
	Methods []string // "alone" stands for each modality alone
	Splits  []int
	Seeds   []int64
	Dir     string // empty: that of the base's run, [Dir], with "-study" behind it
	Workers int    // runs at the same time; 0: one. If there are several, each has one thread of XLA's CPU plug-in
	Devices int    // of the backend, that share every mini-batch of a run; 0: one

	Every time.Duration // at least this long between two checkpoints of a run; 0: 30 s

	OnRun func(done, total int, run *runlog.Run) // after each run; may be nil
	// After each optimizer step and after each epoch, from any worker; may be nil.
	OnStep  func(exp experiment.Experiment, p train.Position)
	OnEpoch func(exp experiment.Experiment, e runlog.Epoch, t runlog.Timing)
}

// Validate reports a method, data set, split, modality, setting or encoder that does not exist, a value out of range, a
// run that is named twice, or a plan without runs, before anything is trained.
func (s Study) Validate() error {
	_, err := s.plan()
	return err
}

// shares reports numbers of devices and workers that do not go together.
func (s Study) shares() error {
	switch {
	case s.Devices < 0:
		return fmt.Errorf("%d devices cannot train", s.Devices)
	case s.Devices > 1 && s.Workers > 1:
		return fmt.Errorf("%d devices share one run, so there is nothing for %d workers; leave out the one or the other", s.Devices, s.Workers)
	}
	return nil
}

// plan lists the runs after checking all that can be told without opening the data.
func (s Study) plan() ([]job, error) {
	if err := s.shares(); err != nil {
		return nil, err
	}
	jobs, err := s.jobs()
	if err != nil {
		return nil, err
	}
	if len(jobs) == 0 {
		return nil, errors.New("the study has no runs; name at least one method, split and seed")
	}
	seen := make(map[string]bool)
	for _, j := range jobs {
		if seen[j.dir] {
			return nil, fmt.Errorf("the run %s is named twice; name each method, split and seed once", j.dir)
		}
		seen[j.dir] = true
		if err := check(j.exp); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// job is one run of a study.
type job struct {
	exp experiment.Experiment
	dir string
}

// Run trains what is missing and returns all runs, in the order of methods, splits and seeds.
func (s Study) Run(ctx context.Context) ([]*runlog.Run, error) {
	jobs, err := s.plan()
	if err != nil {
		return nil, err
	}
	return s.run(ctx, jobs)
}

// RunJobs trains what is missing of the runs of a study file, below Dir, and returns all of them in order. Of the other
// fields Workers, Devices, Every and the hooks count.
func (s Study) RunJobs(ctx context.Context, planned []study.Job) ([]*runlog.Run, error) {
	if err := s.shares(); err != nil {
		return nil, err
	}
	jobs := make([]job, len(planned))
	for i, j := range planned {
		if err := check(j.Experiment); err != nil {
			return nil, fmt.Errorf("block %s, variant %s: %w", j.Block, j.Variant, err)
		}
		jobs[i] = job{j.Experiment, filepath.Join(s.Dir, filepath.FromSlash(j.Dir()))}
	}
	return s.run(ctx, jobs)
}

func (s Study) run(ctx context.Context, jobs []job) ([]*runlog.Run, error) {
	runs := make([]*runlog.Run, len(jobs))
	var mu sync.Mutex
	done, threads := 0, 0
	if s.Workers > 1 {
		threads = 1
	}
	one := func(ctx context.Context, i int) error {
		if err := ctx.Err(); err != nil { // another run failed: begin no more
			return err
		}
		opts := train.Options{Dir: jobs[i].dir, Every: s.Every, Devices: s.Devices}
		if s.OnStep != nil {
			opts.OnStep = func(p train.Position) { s.OnStep(jobs[i].exp, p) }
		}
		if s.OnEpoch != nil {
			opts.OnEpoch = func(e runlog.Epoch, t runlog.Timing) { s.OnEpoch(jobs[i].exp, e, t) }
		}
		run, err := trainWith(ctx, jobs[i].exp, opts, threads)
		if err != nil {
			return fmt.Errorf("%s, split %d, seed %d: %w", jobs[i].exp.Name, jobs[i].exp.Data.Split, jobs[i].exp.Train.Seed, err)
		}
		runs[i] = run
		mu.Lock()
		defer mu.Unlock()
		done++
		if s.OnRun != nil {
			s.OnRun(done, len(jobs), run)
		}
		return nil
	}
	// Late fusion is made of the runs alone, so it waits for them.
	for _, late := range []bool{false, true} {
		group, groupCtx := errgroup.WithContext(ctx)
		group.SetLimit(max(1, s.Workers))
		for i := range jobs {
			if (jobs[i].exp.Method.Name == "late") == late {
				group.Go(func() error { return one(groupCtx, i) })
			}
		}
		if err := group.Wait(); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

func (s Study) jobs() ([]job, error) {
	var jobs []job
	if s.Dir == "" {
		s.Dir = Dir(s.Base) + "-study" // a run of the base itself may lie in the other
	}
	add := func(exp experiment.Experiment, label string) {
		for _, split := range s.Splits {
			for _, seed := range s.Seeds {
				e := exp
				e.Data.Split, e.Train.Seed = split, seed
				jobs = append(jobs, job{e, filepath.Join(s.Dir, label, fmt.Sprintf("split%d-seed%d", split, seed))})
			}
		}
	}
	for _, name := range s.Methods {
		exp := s.Base
		exp.Method.Name = name
		if _, err := method.New(exp.Method); err != nil {
			return nil, err
		}
		if name != "alone" {
			exp.Name = s.Base.Name + "-" + name
			add(exp, name)
			continue
		}
		for _, m := range s.Base.Data.Modalities {
			add(s.Base.Alone(m), "alone-"+m)
		}
	}
	return jobs, nil
}
