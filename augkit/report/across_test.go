package report

import (
	"math"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit/runlog"
	"github.com/augkit/aug/datasets"
)

func TestAcross(t *testing.T) {
	var person, window []*runlog.Run
	for split := range 4 {
		a, b := complete("aug", split, 0, 0.6), complete("aug", split, 0, 0.7+0.01*float64(split))
		b.Experiment.Data.Settings = map[string]string{"split_by": "window"}
		person, window = append(person, a), append(window, b)
	}
	iv, err := Across(window, person, FusedEqual)
	if err != nil || math.Abs(iv.Mean-0.115) > 1e-9 || !strings.Contains(iv.Method, "two kinds") {
		t.Errorf("interval %v by %q, %v; want a mean of 0.115", iv, iv.Method, err)
	}
	if _, err := Compare(window, person, FusedEqual); err == nil {
		t.Error("Compare takes runs on different data")
	}
	other := complete("aug", 0, 0, 0.6)
	other.Result.Protocol = "authors"
	for want, runs := range map[string][]*runlog.Run{
		"one side has the splits [0 1 2 3], the other [0 1]": person[:2],
		"the protocols differ":                               append([]*runlog.Run{other}, person[1:]...),
		"train them first":                                   nil,
		"both are":                                           append([]*runlog.Run{person[0]}, person...),
		"not complete":                                       {generated(3)},
	} {
		if _, err := Across(window, runs, FusedEqual); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := Across(window, person, Branch("lidar")); err == nil || !strings.Contains(err.Error(), "have that modality") {
		t.Errorf("an unknown modality: %v", err)
	}
}

func TestNearestNeighbour(t *testing.T) {
	// Channel 0 has the mean of its class, channel 1 its spread; the third test sample has a label that nothing supports.
	m := &datasets.Modality{Name: "sensor", Kind: datasets.Sensor, Shape: []int{2, 2}, Data: []float32{
		1, -1, 1, 1, // class 0: mean 1, spread 1
		1, -3, 1, 3, // class 1: mean 1, spread 3
		1.1, -1.1, 1.1, 1.1,
		0.9, -2.8, 0.9, 2.8,
		1, -1, 1, 1,
	}}
	ds := &datasets.Dataset{Modalities: []*datasets.Modality{m}, Classes: []string{"calm", "wild"}, Labels: []int{0, 1, 0, 1, 1},
		Parts: []datasets.Part{datasets.Train, datasets.Train, datasets.Test, datasets.Test, datasets.Test}}
	if got := NearestNeighbour(ds); math.Abs(got-2.0/3) > 1e-12 {
		t.Errorf("accuracy %v, want 2/3", got)
	}
}
