// Package train runs an experiment: epochs of mini-batches through GoMLX's Trainer and Loop, growth between epochs,
// selection on validation, the test part read once at the end, checkpoints, and a resume that continues bit by bit
// where a run was stopped.
package train

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	gomlx "github.com/gomlx/gomlx/ml/train"

	"github.com/augkit/aug/augkit/experiment"
	"github.com/augkit/aug/augkit/optim"
	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

// Options of a run that do not change its result, but for the rounding of Devices and of the backend's threads.
type Options struct {
	Dir    string // where the run's folder will be; it must not exist yet
	Resume bool   // go on with Dir.partial where there is one
	Meta   runlog.Meta

	OnStep  func(Position)                    // after each optimizer step; may be nil
	OnEpoch func(runlog.Epoch, runlog.Timing) // after each epoch, and for those of a run that is taken up; may be nil
	Probe   Probe                             // may be nil
	Every   time.Duration                     // at least this long between two checkpoints; 0: 30 s

	// Devices of the backend that share every mini-batch; 0: one. Sums are then added in another order. That is rounding
	// until it tips a ReLU that is at 0, as another backend's would; so the number is in the record, and an interrupted run
	// goes on with as many.
	Devices int
}

// Position is where a run stands.
type Position struct {
	Epoch       int // in progress, from 1
	Step, Steps int // optimizer steps of this epoch: done, in all
}

// Run trains and evaluates an experiment and leaves its record in opts.Dir. When ctx ends it saves a checkpoint in the
// middle of the epoch and returns ctx's error; a run with Resume then continues to the same bytes.
func Run(ctx context.Context, backend compute.Backend, ds *datasets.Dataset, exp experiment.Experiment, opts Options) (*runlog.Run, error) {
	r, err := newRunner(backend, ds, exp, opts)
	if err != nil {
		return nil, err
	}
	err = r.all(ctx)
	if err != nil {
		err = r.interrupted(ctx, err)
	}
	r.close(err)
	if err != nil {
		return nil, err
	}
	return runlog.Open(opts.Dir)
}

func (r *runner) all(ctx context.Context) error {
	if r.written {
		return r.log.Seal(checkpointDir)
	}
	for r.state.Epoch < r.exp.Train.Epochs {
		if err := r.epoch(ctx); err != nil {
			return err
		}
	}
	return r.finish(ctx)
}

// runner is a run in progress.
type runner struct {
	*engine
	exp     experiment.Experiment
	opts    Options
	ds      *datasets.Dataset
	log     *runlog.Writer
	state   state
	written bool // its result is, so that it is complete but for its name
	best    *model.Store
	saved   time.Time
	dirty   bool          // something happened since the last checkpoint
	compile time.Duration // spent in first steps of new graphs, this epoch
	likely  []int         // modalities that are likely to grow next, whose graphs are not all there
}

func newRunner(backend compute.Backend, ds *datasets.Dataset, exp experiment.Experiment, opts Options) (*runner, error) {
	opts.Dir = filepath.Clean(opts.Dir)
	if err := exp.Validate(); err != nil {
		return nil, fmt.Errorf("experiment: %w", err)
	}
	if err := ds.Validate(); err != nil {
		return nil, err
	}
	if exp.Method.Name == "alone" && len(ds.Modalities) != 1 {
		return nil, fmt.Errorf("method alone trains one modality, but %d are chosen; name one in data.modalities", len(ds.Modalities))
	}
	engine, err := acquire(backend, exp, ds, opts.Devices)
	if err != nil {
		return nil, err
	}
	if err := engine.devices.divides(min(exp.Train.Batch, len(ds.Indices(datasets.Train)))); err != nil {
		engine.release()
		return nil, err
	}
	if n := engine.devices.count(); n > 1 {
		opts.Meta.Devices = n
	}
	r := &runner{engine: engine, exp: exp, opts: opts, ds: ds, saved: time.Now()}
	r.state.init()
	if err := r.open(); err != nil {
		r.close(err)
		return nil, err
	}
	return r, nil
}

// epoch trains the rest of the current epoch, measures, and lets the method grow.
func (r *runner) epoch(ctx context.Context) error {
	number := r.state.Epoch + 1
	rate := r.rate(number)
	if err := optim.SetRate(r.store, rate); err != nil {
		return err
	}
	r.compile = 0
	started := time.Now()
	r.settle()
	batches := newEpoch(ctx, r.net, r.ds, r.exp.Train.Batch, r.exp.Train.Seed, number)
	if err := r.steps(ctx, batches, number); err != nil {
		return err
	}
	trained := time.Now()
	rec := runlog.Epoch{Epoch: number, LearningRate: rate, Classifiers: byName(r.net, r.net.classifiers()),
		TrainingLoss: make(map[string]float64)}
	for name, sum := range r.state.Losses {
		rec.TrainingLoss[name] = sum * float64(len(r.net.steps)) / float64(batches.Steps())
	}
	if err := r.measure(ctx, &rec); err != nil {
		return err
	}
	gates, err := r.eval.gates()
	if err != nil {
		return err
	}
	rec.Gate = gates
	if r.endsStage(number) {
		err = r.secondStage(ctx, &rec)
	} else {
		r.grow(&rec, batches.Steps()/len(r.net.steps))
	}
	if err != nil {
		return err
	}
	if schedule := r.exp.Train.Schedule; schedule.When == experiment.SchedulePlateau {
		r.state.Plateau.Watch(rec.Validation.Fused.Loss, schedule.Patience)
	}
	timing := runlog.Timing{Epoch: number, TrainSec: trained.Sub(started).Seconds(), EvalSec: time.Since(trained).Seconds(),
		CompileSec: r.compile.Seconds(), WaitSec: batches.waited.Seconds(), PeakMemoryB: peakMemory()}
	if err := r.log.AppendEpoch(rec, timing); err != nil {
		return err
	}
	r.state.Epoch, r.state.Step, r.dirty = number, 0, true
	clear(r.state.Losses)
	clear(r.state.Scores)
	if r.opts.OnEpoch != nil {
		r.opts.OnEpoch(rec, timing)
	}
	if len(rec.Grown) > 0 {
		if err := r.probe(ctx, Position{Epoch: number, Step: batches.Steps(), Steps: batches.Steps()}); err != nil {
			return err
		}
	}
	every := r.opts.Every
	if every == 0 {
		every = 30 * time.Second
	}
	if time.Since(r.saved) >= every {
		return r.save()
	}
	return nil
}

// rate is the learning rate of an epoch.
func (r *runner) rate(epoch int) float64 {
	initial, schedule := r.exp.Train.Optimizer.LearningRate, r.exp.Train.Schedule
	if first := r.exp.JointEpochs(); r.net.staged() && epoch > first {
		epoch -= first
	}
	if schedule.When == experiment.SchedulePlateau {
		return r.state.Plateau.Rate(initial, schedule.Factor)
	}
	return optim.RateAt(initial, schedule, epoch)
}

// steps runs what is left of the epoch through the Loop.
func (r *runner) steps(ctx context.Context, batches *epochBatches, number int) error {
	total := batches.Steps()
	batches.start, batches.gate = r.state.Step, r.gateBatch
	defer r.devices.turn()()
	_, err := r.newLoop(ctx, number, total).RunSteps(r.devices.batches(batches), total-batches.start)
	return err
}

// newLoop is a Loop with the bookkeeping hook of one epoch.
func (r *runner) newLoop(ctx context.Context, number, total int) *gomlx.Loop {
	loop := gomlx.NewLoop(r.trainer)
	before := time.Now()
	loop.OnStep("bookkeeping", 0, func(_ *gomlx.Loop, metrics []*tensors.Tensor) error {
		step := r.net.steps[r.state.Step%len(r.net.steps)]
		loss := float64(metrics[0].Value().(float32))
		if loss != loss || math.Abs(loss) > 1e30 {
			return &DivergedError{Epoch: number, Step: r.state.Step + 1, Name: step.Name, Loss: loss}
		}
		if spec := r.net.spec(step); !r.known[spec] {
			r.known[spec] = true
			r.compile += time.Since(before)
		}
		looked := time.Now()
		r.lookAhead()
		r.compile += time.Since(looked)
		before = time.Now()
		r.state.Losses[step.Name] += loss
		r.addScores(step, metrics)
		r.state.Step++
		r.dirty = true
		at := Position{Epoch: number, Step: r.state.Step, Steps: total}
		if r.opts.OnStep != nil {
			r.opts.OnStep(at)
		}
		return r.probe(ctx, at)
	})
	return loop
}

// measure fills the record's parts and keeps the weights if the selection takes the epoch.
func (r *runner) measure(ctx context.Context, rec *runlog.Epoch) error {
	weights, selection := r.net.weights(r.exp.Inference), selectionOf(r.exp)
	parts := []datasets.Part{datasets.Train, datasets.Validation}
	if selection.test {
		parts = append(parts, datasets.Test)
	}
	for _, part := range parts {
		out, err := r.eval.outputs(ctx, r.ds, part)
		if err != nil {
			return err
		}
		measured, err := out.record(weights, r.net.method.Reading())
		if err != nil {
			return fmt.Errorf("epoch %d, %s part: %w", rec.Epoch, part, err)
		}
		switch part {
		case datasets.Train:
			rec.Train = measured
		case datasets.Validation:
			rec.Validation = measured
		case datasets.Test:
			rec.Test = &measured
		}
	}
	accuracy, takes := selection.takes(r, rec)
	if !takes {
		return nil
	}
	best, err := snapshot(r.store, r.net)
	if err != nil {
		return err
	}
	if r.best != nil {
		r.best.Finalize()
	}
	r.best, rec.Best = best, true
	r.state.BestEpoch, r.state.BestAccuracy, r.state.BestCounts = rec.Epoch, accuracy, maps.Clone(rec.Classifiers)
	return nil
}

func (r *runner) save() error {
	st := r.state
	st.Network, st.Counts = r.key, byName(r.net, r.net.Counts)
	if err := saveCheckpoint(filepath.Join(r.log.Dir(), checkpointDir), st, r.store, r.best); err != nil {
		return err
	}
	r.saved, r.dirty = time.Now(), false
	return nil
}

// interrupted saves where the run stands if it was stopped from outside. A run that diverged keeps its last good
// checkpoint instead.
func (r *runner) interrupted(ctx context.Context, cause error) error {
	var diverged *DivergedError
	if errors.As(cause, &diverged) {
		return fmt.Errorf("%w; what was recorded until then is in %s", diverged, r.log.Dir())
	}
	// A fault that comes at the same time, such as a full disk, can leave half an epoch behind: that is not saved.
	if ctx.Err() == nil || !errors.Is(cause, ctx.Err()) {
		return cause
	}
	if r.dirty {
		if err := r.save(); err != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
	return fmt.Errorf("stopped after epoch %d, step %d; saved in %s: %w", r.state.Epoch, r.state.Step, r.log.Dir(), ctx.Err())
}

// close ends the run as it ended with err. An engine that may be out of order is not given to another run.
func (r *runner) close(err error) {
	if r.log != nil {
		r.log.Close() // after Finish there is nothing to close
	}
	var diverged *DivergedError
	if err == nil || errors.As(err, &diverged) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		r.release()
	} else {
		r.free()
	}
	if r.best != nil {
		r.best.Finalize()
	}
}

// DivergedError says that a loss stopped being a number.
type DivergedError struct {
	Epoch, Step int // from 1
	Name        string
	Loss        float64
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("training diverged: the %s loss was %v at step %d of epoch %d; lower train.optimizer.learning_rate", e.Name, e.Loss, e.Step, e.Epoch)
}
