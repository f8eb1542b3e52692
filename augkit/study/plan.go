// Package study reads the file of a study, which is many runs that differ in one thing each, and compares what came out.
//
//	plan, err := study.Load("notebooks/released_vs_paper.json")
//	jobs, err := plan.Jobs()                       // what to train, as experiments
//	records, err := study.Read("records.jsonl.gz") // what was trained
//	effect, err := study.Compare(records, "watch7", "untrained", "paper", "fused")
//
// It trains nothing: `aug study` does.
package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"

	"github.com/augkit/aug/augkit/experiment"
)

// Plan is the file of a study: every variant on every block.
type Plan struct {
	Name     string    `json:"name"`
	About    string    `json:"about"`            // command, cost and question, for the reader
	Preset   string    `json:"preset,omitempty"` // that every variant begins with
	Blocks   []Block   `json:"blocks"`
	Variants []Variant `json:"variants"`
}

// Block is a data set with its splits.
type Block struct {
	Name       string   `json:"name"`
	Data       string   `json:"data"` // a data set with default settings
	Modalities []string `json:"modalities,omitempty"`
	Splits     int      `json:"splits"`          // 0 … Splits−1
	Seeds      int      `json:"seeds,omitempty"` // 0 … Seeds−1 on each split; 0: one
	Set        []string `json:"set,omitempty"`   // key=value, as `aug train --set`
}

// Variant is one way to train.
type Variant struct {
	Name   string              `json:"name"`
	About  string              `json:"about"`            // what is different, in words
	Preset string              `json:"preset,omitempty"` // instead of the plan's
	Set    []string            `json:"set,omitempty"`
	On     map[string][]string `json:"on,omitempty"` // block → further settings; where there are any, other blocks leave the variant out
}

// Job is one run.
type Job struct {
	Block, Variant string
	Experiment     experiment.Experiment
}

// Dir is where the run lies below the folder of the study.
func (j Job) Dir() string {
	return path.Join(j.Block, j.Variant, fmt.Sprintf("split%d-seed%d", j.Experiment.Data.Split, j.Experiment.Train.Seed))
}

// Load reads a plan. Unknown keys are errors.
func Load(file string) (Plan, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Plan{}, fmt.Errorf("read the study: %w", err)
	}
	p, err := Parse(text)
	if err != nil {
		return p, fmt.Errorf("study %s: %w", file, err)
	}
	return p, nil
}

// Parse reads a plan from JSON and checks every experiment of it.
func Parse(text []byte) (Plan, error) {
	var p Plan
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return p, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return p, errors.New("there is more text after the closing brace; keep one JSON object a file")
	}
	_, err := p.Jobs()
	return p, err
}

// folder is what a name must look like: it becomes the name of a folder.
var folder = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// Jobs lists the runs, block by block and variant by variant.
func (p Plan) Jobs() ([]Job, error) {
	if len(p.Blocks) == 0 || len(p.Variants) == 0 {
		return nil, errors.New("a study needs blocks and variants; name at least one of each")
	}
	var jobs []Job
	seen := make(map[string]bool)
	for _, b := range p.Blocks {
		if !folder.MatchString(b.Name) || b.Splits < 1 || b.Seeds < 0 {
			return nil, fmt.Errorf("block %q: its name must be of small letters, digits, dots, - and _, and its splits at least 1", b.Name)
		}
		for _, v := range p.Variants {
			if _, here := v.On[b.Name]; len(v.On) > 0 && !here {
				continue
			}
			if !folder.MatchString(v.Name) || seen[b.Name+"/"+v.Name] {
				return nil, fmt.Errorf("variant %q: its name must be its own, and of small letters, digits, dots, - and _", v.Name)
			}
			seen[b.Name+"/"+v.Name] = true
			exp, err := p.experiment(b, v)
			if err != nil {
				return nil, fmt.Errorf("block %s, variant %s: %w", b.Name, v.Name, err)
			}
			for split := range b.Splits {
				for seed := range max(1, b.Seeds) {
					exp.Data.Split, exp.Train.Seed = split, int64(seed)
					jobs = append(jobs, Job{b.Name, v.Name, exp})
				}
			}
		}
	}
	return jobs, nil
}

// experiment is the default settings of the data, with preset, block and variant laid over them in that order.
func (p Plan) experiment(b Block, v Variant) (experiment.Experiment, error) {
	exp, err := experiment.Default(b.Data, b.Modalities...)
	if err != nil {
		return exp, err
	}
	preset := p.Preset
	if v.Preset != "" {
		preset = v.Preset
	}
	if preset != "" {
		overlay, err := experiment.Preset(preset)
		if err != nil {
			return exp, err
		}
		if exp, err = overlay.On(exp); err != nil {
			return exp, err
		}
	}
	for _, list := range [][]string{b.Set, v.Set, v.On[b.Name]} {
		for _, set := range list {
			if err := exp.Set(set); err != nil {
				return exp, err
			}
		}
	}
	exp.Name, exp.About = p.Name+"-"+b.Name+"-"+v.Name, ""
	return exp, exp.Validate()
}
