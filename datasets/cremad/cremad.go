// Package cremad is CREMA-D, the paper's first data set: 91 actors say twelve sentences in six emotions, each clip with
// its sound and a picture of the face. A sample is one clip.
//
// The files are not part of this repository and are not fetched. [Source]'s Get reads a folder in the layout that the
// OGM-GE family of repositories expects and keeps what it found, with the features of the default settings, in the
// user's cache folder; Open makes the features of other settings from the same folder when they are first asked for.
// README.md states layout, arithmetic, splits, costs and traps.
package cremad

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/augkit/aug/datasets"
)

// classes are in the order of the class ids of OGM-GE and of the released code (dataset/CREMA.py, line 29).
var classes = []string{"NEU", "HAP", "SAD", "FEA", "DIS", "ANG"}

// The arithmetic of the released code's loader, which is OGM-GE's.
const (
	rate  = 22050 // Hz
	frame = 512   // samples
	hop   = 353   // samples
	bands = frame/2 + 1
	floor = 1e-7 // added to the magnitude before the logarithm
)

// What the loaders of the paper's code scale pictures by, channel by channel: the statistics of ImageNet.
var (
	imageNetMean = []float32{0.485, 0.456, 0.406}
	imageNetStd  = []float32{0.229, 0.224, 0.225}
)

const splits = 10

// Source describes the data set; its Open and Get do the work.
//
// Modalities: audio ([188,257,1] or [1250,257,1], natural logarithm of the magnitude: time first, where the paper's
// 257×188 has frequency first) and image ([224,224,3] or smaller, 0…1, RGB).
func Source() datasets.Source {
	return datasets.Source{
		Name:       "cremad",
		Title:      "CREMA-D: voice and face of actors who speak in six emotions",
		Modalities: []string{"audio", "image"},
		Kinds:      map[string]datasets.Kind{"audio": datasets.Spectrogram, "image": datasets.Image},
		Classes:    len(classes),
		Samples:    7442,
		Splits:     splits,
		Licence:    "Open Database License 1.0, contents DbCL 1.0; brought by the user, never committed",
		Origin:     "CheyneyComputerScience/CREMA-D with the lists of GeWu-Lab/OGM-GE_CVPR2022",
		Settings:   settings,
		Open:       open,
		Get:        get,
	}
}

var settings = []datasets.Setting{{
	Name: "audio_seconds", Default: "3", Allowed: []string{"3", "20"},
	Doc: "the clip is repeated and cut to this length. 3: OGM-GE (dataset/CramedDataset.py, line 58), which the paper " +
		"says it follows, 257×188; 20: the released code (dataset/CREMA.py, lines 62–69), 257×1250",
}, {
	Name: "frame", Default: "first", Allowed: []string{"first", "middle", "random"},
	Doc: "which picture of the clip, in the order of names. first: the nearest to the released code (dataset/CREMA.py, " +
		"lines 86–92), which takes the first of a listing without order; middle; random: what OGM-GE draws but does not " +
		"use (dataset/CramedDataset.py, line 84), here once for each clip and split",
}, {
	Name: "size", Default: "224", Allowed: []string{"224", "112", "64"},
	Doc: "edge of the picture in pixels; OGM-GE and the released code (dataset/CREMA.py, line 80) have 224",
}, {
	Name: "split_by", Default: "list", Allowed: []string{"list", "actor"},
	Doc: "list: the test part is test.csv, as in the paper (6,698/744), OGM-GE and the released code (dataset/CREMA.py, " +
		"lines 31–37), and a tenth of train.csv, whole actors, is the validation part, which none of them has; actor: " +
		"no actor is in two parts",
}, {
	Name: "missing", Default: "error", Allowed: []string{"error", "drop"},
	Doc: "clips of the lists without a recording or picture. error: refuse to open; drop: leave them out, which the " +
		"released code does in silence (dataset/CREMA.py, lines 46–54)",
}, {
	Name: "scale", Default: "published", Allowed: []string{"published", "train"},
	Doc: "published: pictures by ImageNet's mean and deviation, spectrograms as they are (dataset/CREMA.py, lines 67–83, " +
		"as OGM-GE); train: both by those of the training part, as the other data sets of this project",
}}

// cacheDir is the folder that holds everything of this data set.
func cacheDir(dir string) (string, error) {
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("cremad: no cache folder for this user (%w); set HOME or XDG_CACHE_HOME, or name a folder", err)
		}
		dir = filepath.Join(base, "augkit")
	}
	return filepath.Join(dir, "cremad"), nil
}
