package train

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/augkit/aug/augkit/runlog"
)

// open starts the record, or takes up an interrupted one.
func (r *runner) open() (err error) {
	if r.opts.Resume {
		if err := r.resume(); !errors.Is(err, runlog.ErrNotBegun) {
			return err
		}
	}
	r.log, err = runlog.Create(r.opts.Dir, r.exp, r.opts.Meta)
	return err
}

// resume takes up an interrupted run at its checkpoint.
func (r *runner) resume() error {
	log, recorded, err := runlog.Resume(r.opts.Dir, r.exp)
	if err != nil {
		return err
	}
	r.log = log
	begun, err := r.sameData()
	if err != nil {
		return err
	}
	if r.written = begun.Result != nil && recorded == r.exp.Train.Epochs; r.written {
		return nil
	}
	st, path, ok, err := readState(filepath.Join(log.Dir(), checkpointDir))
	if err != nil {
		return err
	}
	if ok {
		if err := r.restore(st, path); err != nil {
			return fmt.Errorf("checkpoint %s is of another network or damaged: %w; remove it to start this run over", path, err)
		}
	}
	if recorded < r.state.Epoch {
		return fmt.Errorf("%s holds %d epochs but its checkpoint is after epoch %d; remove %s to start over", log.Dir(), recorded, r.state.Epoch, log.Dir())
	}
	if err := log.TruncateEpochs(r.state.Epoch); err != nil || r.opts.OnEpoch == nil {
		return err
	}
	for _, e := range begun.Epochs[:r.state.Epoch] {
		r.opts.OnEpoch(e, runlog.Timing{Epoch: e.Epoch, Earlier: true})
	}
	return nil
}

// sameData reads the record of a run, and refuses to go on with it on data that have changed since it began, or on another
// number of devices.
func (r *runner) sameData() (*runlog.Run, error) {
	begun, err := runlog.Open(r.opts.Dir)
	if err != nil {
		return nil, err
	}
	if was, now := begun.Meta.DataHash, r.opts.Meta.DataHash; was != now {
		return nil, fmt.Errorf("%s was begun on other data (hash %.12s, now %.12s); remove it to start over", begun.Dir, was, now)
	}
	if was, now := max(1, begun.Meta.Devices), r.devices.count(); was != now {
		return nil, fmt.Errorf("%s was begun with --devices %d, not %d; go on so, or remove it to start over", begun.Dir, was, now)
	}
	return begun, nil
}

func (r *runner) restore(st state, path string) error {
	if st.Network != r.key && st.Network != "" { // older checkpoints do not say
		return fmt.Errorf("it holds %s, this experiment is %s", st.Network, r.key)
	}
	counts, err := r.net.countsOf(st.Counts)
	if err != nil {
		return err
	}
	if err := loadStore(filepath.Join(path, "last"), r.store, st.Variables); err != nil {
		return err
	}
	if st.BestEpoch > 0 {
		r.best = model.NewStore()
		if err := loadStore(filepath.Join(path, "best"), r.best, nil); err != nil {
			return err
		}
	}
	r.net.Counts = counts
	r.net.restage()
	r.state = st
	r.state.init()
	return nil
}
