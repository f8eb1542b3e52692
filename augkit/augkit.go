package augkit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/compute"

	"github.com/augkit/aug/augkit/encoder"
	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/optim"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/augkit/train"
	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/catalog"
	"github.com/augkit/aug/datasets/manifest"
)

// Open opens the data of an experiment.
func Open(ctx context.Context, d experiment.Data) (*datasets.Dataset, error) {
	return catalog.Open(ctx, d.Name, datasets.Request{Modalities: d.Modalities, Split: d.Split, Settings: d.Settings})
}

// openWithBackend opens the data and then the backend that is to work on them.
func openWithBackend(ctx context.Context, d experiment.Data) (*datasets.Dataset, compute.Backend, error) {
	ds, err := Open(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	backend, err := Backend()
	return ds, backend, err
}

// check reports what an experiment asks for and the toolkit does not have, without opening the data.
func check(exp experiment.Experiment) error {
	if err := exp.Validate(); err != nil {
		return err
	}
	source, err := catalog.For(exp.Data.Name, exp.Data.Settings)
	if err != nil {
		return err
	}
	if _, err := source.Resolve(datasets.Request{Modalities: exp.Data.Modalities, Split: exp.Data.Split, Settings: exp.Data.Settings}); err != nil {
		return err
	}
	for _, m := range slices.Sorted(maps.Keys(exp.Encoders)) {
		if !slices.Contains(source.Modalities, m) {
			return fmt.Errorf("encoders.%s: data set %s has no such modality; it has %s", m, source.Name, strings.Join(source.Modalities, ", "))
		}
		if name := exp.Encoders[m]; name != "" {
			if _, err := encoder.Find(name, source.Kinds[m]); err != nil {
				return fmt.Errorf("encoders.%s: %w", m, err)
			}
		}
	}
	_, err = optim.New(exp.Train.Optimizer)
	return err
}

// Train runs an experiment, or finds it done, or goes on where it was interrupted: opts.Dir decides, by default [Dir].
// Late fusion trains each modality alone in folders beside opts.Dir, or takes what is there.
func Train(ctx context.Context, exp experiment.Experiment, opts train.Options) (*runlog.Run, error) {
	return trainWith(ctx, exp, opts, 0)
}

// trainWith is [Train] with so many threads of XLA's CPU plug-in: 1, or 0 for all. An interrupted run goes on with as many as
// it was begun with, for they decide in which order sums are added.
func trainWith(ctx context.Context, exp experiment.Experiment, opts train.Options, threads int) (*runlog.Run, error) {
	if opts.Dir == "" {
		opts.Dir = Dir(exp)
	}
	opts.Dir = filepath.Clean(opts.Dir) // a / at the end would hide the folder of an interrupted run
	if run, err := finished(ctx, opts.Dir, exp); run != nil || err != nil {
		return run, err
	}
	ds, backend, err := openWithBackend(ctx, exp.Data)
	if err != nil {
		return nil, err
	}
	opts.Meta = meta(backend, ds)
	if exp.Method.Name == "late" {
		return trainLate(ctx, ds, exp, opts, threads)
	}
	if _, err := os.Stat(opts.Dir + ".partial"); err == nil {
		opts.Resume = true
		if begun, err := runlog.Open(opts.Dir); err == nil {
			threads = begun.Meta.Threads
		}
	}
	if threads == 1 {
		one, err := takeOneThread()
		if err != nil {
			return nil, err
		}
		if one != nil {
			defer giveOneThread(one)
			backend, opts.Meta.Threads = one, 1
		}
	}
	return train.Run(ctx, backend, ds, exp, opts)
}

// finished returns the complete run in dir; nil where there is none.
func finished(ctx context.Context, dir string, exp experiment.Experiment) (*runlog.Run, error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	run, err := runlog.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := sameExperiment(dir, run, exp); err != nil {
		return nil, err
	}
	if exp.Data.Name == manifest.Name { // the user's own files change; the other data sets do not
		ds, err := Open(ctx, exp.Data)
		if err != nil {
			return nil, err
		}
		if ds.Hash != run.Meta.DataHash {
			return nil, fmt.Errorf("%s was trained on other data (hash %.12s, now %.12s); choose another folder or remove it", dir, run.Meta.DataHash, ds.Hash)
		}
	}
	return run, nil
}

// sameExperiment refuses a folder whose run is of another experiment.
func sameExperiment(dir string, run *runlog.Run, exp experiment.Experiment) error {
	if difference := run.Experiment.Difference(exp); difference != "" {
		return fmt.Errorf("%s holds another experiment (%s); choose another folder or remove it", dir, difference)
	}
	return nil
}

func trainLate(ctx context.Context, ds *datasets.Dataset, exp experiment.Experiment, opts train.Options, threads int) (*runlog.Run, error) {
	if begun, err := runlog.Open(opts.Dir); err == nil { // an interrupted one; of another experiment is told now, not at the end
		if err := sameExperiment(opts.Dir+".partial", begun, exp); err != nil {
			return nil, err
		}
	}
	alone := make([]*runlog.Run, len(ds.Modalities))
	for i, m := range ds.Modalities {
		base := exp
		base.Name = strings.TrimSuffix(exp.Name, "-late")
		one := base.Alone(m.Name)
		sub := opts
		sub.Dir = aloneDir(opts.Dir, m.Name)
		run, err := trainWith(ctx, one, sub, threads)
		if err != nil {
			return nil, fmt.Errorf("%s alone: %w", m.Name, err)
		}
		alone[i] = run
	}
	return train.Late(ds, exp, alone, opts)
}

// aloneDir is where the run of one modality alone lies for a run of late fusion in dir: …/late/s0 → …/alone-image/s0.
func aloneDir(dir, modality string) string {
	return filepath.Join(filepath.Dir(filepath.Dir(filepath.Clean(dir))), "alone-"+modality, filepath.Base(dir))
}

// meta describes this process for the record.
func meta(backend compute.Backend, ds *datasets.Dataset) runlog.Meta {
	m := runlog.Meta{
		Started:  time.Now().UTC().Format(time.RFC3339),
		Backend:  backend.Name() + ": " + backend.Description(),
		Versions: map[string]string{"go": runtime.Version()},
		Machine:  fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()),
		DataHash: ds.Hash,
		Classes:  ds.Classes,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return m
	}
	for _, dep := range info.Deps {
		if strings.HasPrefix(dep.Path, "github.com/gomlx/") {
			m.Versions[dep.Path] = dep.Version
		}
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			m.Commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true": // it comes after the revision
			m.Commit += "+modified"
		}
	}
	return m
}

// Evaluate loads the weights of a finished run and predicts again.
func Evaluate(ctx context.Context, run *runlog.Run) (*train.Again, error) {
	ds, backend, err := openWithBackend(ctx, run.Experiment.Data)
	if err != nil {
		return nil, err
	}
	return train.Evaluate(ctx, backend, ds, run)
}
