package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/augkit/aug/augkit/nn"
	"github.com/augkit/aug/augkit/optim"
)

// A checkpoint is a folder <run>.partial/checkpoint/<epoch>-<step>/ with
//
//	state.json   state: where training stands, the structure, and the SHA-256 of the other files and of itself
//	last/        GoMLX checkpoint of every variable
//	best/        GoMLX checkpoint of the network of the best epoch so far
//
// It is written under a temporary name and renamed, and only then is the one before it removed.
const (
	checkpointDir = "checkpoint"
	weightsDir    = "weights"
	stateFile     = "state.json"
	weightsName   = "checkpoint-n0000000-weights"
)

// state is where training stands. Together with the experiment it decides all that follows.
type state struct {
	Network string `json:"network"` // engineKey of what it was trained with

	Epoch  int                `json:"epoch"`  // complete epochs
	Step   int                `json:"step"`   // optimizer steps done in the epoch after that
	Losses map[string]float64 `json:"losses"` // sums over those steps, by step name
	Counts map[string]int     `json:"classifiers"`
	// Scores are the training scores' sums over those steps, by modality, where the assignment asks for them.
	Scores map[string]float64 `json:"scores,omitempty"`
	// LastScores are those of the last mini-batch, for the gate.
	LastScores map[string]float64 `json:"last_scores,omitempty"`
	Plateau    optim.Plateau      `json:"plateau,omitzero"`

	BestEpoch    int            `json:"best_epoch"`
	BestAccuracy float64        `json:"best_accuracy"`
	BestCounts   map[string]int `json:"best_classifiers"`

	// Variables are listed in the order in which they were made: graphs are built in that order, and a resumed run
	// must build the same ones.
	Variables []variable        `json:"variables"`
	Files     map[string]string `json:"files"`
	Sum       string            `json:"sum,omitempty"` // SHA-256 of the state without it
}

// init makes the maps that are added to.
func (st *state) init() {
	if st.Losses == nil {
		st.Losses = make(map[string]float64)
	}
	if st.Scores == nil {
		st.Scores = make(map[string]float64)
	}
	if st.LastScores == nil {
		st.LastScores = make(map[string]float64)
	}
}

// sum is what Sum must be.
func (st state) sum() (string, error) {
	st.Sum = ""
	text, err := json.Marshal(st)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

type variable struct {
	Path  string       `json:"path"`
	DType dtypes.DType `json:"dtype"`
	Dims  []int        `json:"dims"`
}

// saveCheckpoint writes a checkpoint below dir and removes the older ones.
func saveCheckpoint(dir string, st state, last, best *model.Store) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the checkpoint: %w", err)
	}
	tmp, err := os.MkdirTemp(dir, ".new-")
	if err != nil {
		return fmt.Errorf("write the checkpoint: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write the checkpoint: %w", err), os.RemoveAll(tmp))
		}
	}()
	for name, store := range map[string]*model.Store{"last": last, "best": best} {
		if store == nil {
			continue
		}
		if err := saveStore(filepath.Join(tmp, name), store); err != nil {
			return err
		}
	}
	st.Variables = nil
	for v := range last.IterVariables() {
		if !isMetric(v) {
			st.Variables = append(st.Variables, variable{v.Path(), v.DType(), v.Shape().Dimensions})
		}
	}
	if st.Files, err = hashFiles(tmp); err != nil {
		return err
	}
	if st.Sum, err = st.sum(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(st, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tmp, stateFile), text, 0o644); err != nil {
		return err
	}
	final := filepath.Join(dir, fmt.Sprintf("%05d-%06d", st.Epoch, st.Step))
	if err := os.RemoveAll(final); err != nil {
		return err
	}
	if err := os.Rename(tmp, final); err != nil {
		return err
	}
	return removeOthers(dir, filepath.Base(final))
}

func removeOthers(dir, keep string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != keep {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// saveStore writes all variables but the Trainer's metrics, whose names are random, as a GoMLX checkpoint in a new
// folder. Its writer does not report a full disk, so the size is checked.
func saveStore(dir string, store *model.Store) error {
	loader := store.Loader()
	defer store.SetLoader(loader)
	h, err := checkpoint.Build(store).Dir(dir).WithCompression(checkpoint.BinUncompressed).Done()
	if err != nil {
		return err
	}
	for v := range store.IterVariables() {
		if isMetric(v) {
			h.ExcludeVarsFromSaving(v)
		}
	}
	if err := h.Save(); err != nil {
		return err
	}
	want := int64(0)
	for v := range store.IterVariables() { // after Save, which adds the global step where there is none
		if !isMetric(v) {
			want += int64(v.Shape().ByteSize())
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, suffix := range []string{checkpoint.BinDataSuffix, checkpoint.JsonNameSuffix} {
		var names []string
		for _, e := range entries { // not Glob: the folder may have a [ in its name
			if strings.HasSuffix(e.Name(), suffix) {
				names = append(names, filepath.Join(dir, e.Name()))
			}
		}
		if len(names) != 1 {
			return fmt.Errorf("%s: expected one %s file, found %d", dir, suffix, len(names))
		}
		// GoMLX puts the time into the name; without it the same run leaves the same files.
		name := filepath.Join(dir, weightsName+suffix)
		if err := os.Rename(names[0], name); err != nil {
			return err
		}
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		if suffix == checkpoint.BinDataSuffix && info.Size() != want {
			return fmt.Errorf("%s: only %d of %d bytes could be written; is the disk full?", name, info.Size(), want)
		}
	}
	return nil
}

func isMetric(v *model.Variable) bool {
	return slices.Contains(strings.Split(v.Path(), "/"), metric.Scope)
}

// readState returns the newest checkpoint below dir after checking its files; ok is false where there is none.
func readState(dir string) (st state, path string, ok bool, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return st, "", false, nil
	}
	if err != nil {
		return st, "", false, fmt.Errorf("read the checkpoint: %w", err)
	}
	for _, e := range entries { // sorted by name, so the newest is the last
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			path = filepath.Join(dir, e.Name())
		}
	}
	if path == "" {
		return st, "", false, nil
	}
	text, err := os.ReadFile(filepath.Join(path, stateFile))
	if err != nil {
		return st, "", false, fmt.Errorf("read the checkpoint: %w; remove %s to start over", err, path)
	}
	if err := json.Unmarshal(text, &st); err != nil {
		return st, "", false, fmt.Errorf("checkpoint %s is damaged: %w; remove %s to start over", filepath.Join(path, stateFile), err, path)
	}
	sum, err := st.sum()
	if err == nil && st.Sum != "" && st.Sum != sum { // older checkpoints have none
		err = errors.New("its checksum is wrong")
	}
	if err != nil {
		return st, "", false, fmt.Errorf("checkpoint %s is damaged: %w; remove %s to start over", filepath.Join(path, stateFile), err, path)
	}
	files, err := hashFiles(path)
	if err != nil {
		return st, "", false, fmt.Errorf("read the checkpoint: %w", err)
	}
	for name, sum := range st.Files {
		if files[name] != sum {
			return st, "", false, fmt.Errorf("checkpoint file %s is damaged or cut short; remove %s to start over", filepath.Join(path, name), path)
		}
	}
	return st, path, true, nil
}

// loadStore fills store from the GoMLX checkpoint in dir: the variables that order names, in that order, or all that are
// there in the order of their paths.
//
// They are read into a store of their own first, since GoMLX's loader leaves a variable that is there already as it is.
func loadStore(dir string, store *model.Store, order []variable) error {
	loaded := model.NewStore()
	defer loaded.Finalize()
	var err error
	caught := exceptions.TryCatch[error](func() { // a shape that makes no sense is a panic
		_, err = checkpoint.Load(loaded).Dir(dir).ExcludeAllParams().Immediate().Done()
	})
	if err = errors.Join(err, caught); err != nil {
		return fmt.Errorf("load the weights in %s: %w", dir, err)
	}
	loaded.SetLoader(nil)
	if order == nil {
		for v := range loaded.IterVariables() {
			order = append(order, variable{Path: v.Path()})
		}
		slices.SortFunc(order, func(a, b variable) int { return strings.Compare(a.Path, b.Path) })
	}
	for _, v := range order {
		from := loaded.GetVariable(v.Path)
		if from == nil {
			return fmt.Errorf("the weights in %s lack %s", dir, v.Path)
		}
		if err := copyVariable(store, from); err != nil {
			return fmt.Errorf("the weights in %s do not fit this network: %w", dir, err)
		}
	}
	return nil
}

// copyVariable gives store the variable and its value.
func copyVariable(store *model.Store, from *model.Variable) error {
	to := store.GetVariable(from.Path())
	if to != nil && !to.Shape().Equal(from.Shape()) {
		return fmt.Errorf("%s is %s there and %s here", from.Path(), from.Shape(), to.Shape())
	}
	value, err := from.Value()
	if err != nil {
		return err
	}
	if value, err = value.Clone(); err != nil {
		return err
	}
	if to == nil { // not CloneToStore: its variable knows no store, which a graph for several devices asks it for
		if to, err = store.CreateVariable(from.Path(), value); err == nil {
			to.SetTrainable(from.Trainable)
		}
		return err
	}
	return to.SetValue(value)
}

// snapshot copies the variables of the network as it is, without the optimizer's and without classifiers that the
// engine knows from an earlier run.
func snapshot(store *model.Store, net *Network) (*model.Store, error) {
	out, err := inOrder(func(yield func(*model.Variable) bool) {
		for v := range store.Scope(nn.Scope).IterVariables() {
			if net.has(v.Path()) && !yield(v) {
				return
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("keep the best weights: %w", err)
	}
	return out, nil
}

// inOrder copies variables into a new store in the order of their paths, so that a file of weights does not tell in
// which order they were made or loaded.
func inOrder(variables iter.Seq[*model.Variable]) (*model.Store, error) {
	sorted := slices.SortedFunc(variables, func(a, b *model.Variable) int { return strings.Compare(a.Path(), b.Path()) })
	out := model.NewStore()
	for _, v := range sorted {
		if _, err := v.CloneToStore(out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// restoreBest writes a snapshot back.
func restoreBest(store, best *model.Store) error {
	for v := range best.Scope(nn.Scope).IterVariables() {
		if err := copyVariable(store, v); err != nil {
			return fmt.Errorf("take up the selected weights: %w", err)
		}
	}
	return nil
}

func hashFiles(dir string) (map[string]string, error) {
	sums := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == stateFile {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		h := sha256.New()
		if _, err := io.Copy(h, f); err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		sums[filepath.ToSlash(name)] = hex.EncodeToString(h.Sum(nil))
		return nil
	})
	return sums, err
}
