// Package stamps9 is a natural data set of three modalities: the stamps of the drawing program Tux Paint, each with
// its picture, its name spoken in up to nine languages, and its name in writing. A sample is one item in one language;
// the label is the item's top folder.
//
// The files are not part of this repository. [Source]'s Get reads the Debian package tuxpaint-stamps-default (or an
// archive or folder of the same layout), decodes it and keeps the derived features in the user's cache folder; Open
// reads only that cache. README.md states source, licence, layout and traps.
package stamps9

import (
	"path/filepath"

	"github.com/augkit/aug/datasets"
)

// The package that Get reads, and the sum that its features were checked with.
const (
	Package    = "tuxpaint-stamps-default"
	Version    = "2022.06.04-1"
	PackageSum = "6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34" // SHA-256 of the .deb
)

// classes are the top folders that hold 40 items or more, in alphabetical order.
var classes = []string{"animals", "clothes", "food", "household", "plants", "seasonal", "symbols", "town", "vehicles"}

// languages are those with 300 recordings or more, most first; English has 66 and is left out.
var languages = []string{"fr", "ro", "ru", "bg", "ca", "es", "be", "el", "da"}

// Shapes of one sample.
const (
	side     = 32   // pixels
	rate     = 8000 // Hz
	frame    = 256  // samples
	hop      = 160  // samples
	bands    = 32   // mel
	frames   = 86   // 1.73 s
	features = 1024 // hashed n-grams
	trim     = 0.02 // share of the peak
	pixels   = side * side * 3
	cells    = frames * bands
)

// Source describes the data set; its Open and Get do the work.
//
// Modalities: image ([32,32,3], 0…1, RGB over white), audio ([86,32,1], log-mel power in dB over the clip's loudest
// value, −80…0, 20 ms hop) and text ([1024], hashed n-grams of the lower-cased words).
func Source() datasets.Source {
	return datasets.Source{
		Name:       "stamps9",
		Title:      "Tux Paint stamps: picture, spoken name and written name of an item, in nine languages",
		Modalities: []string{"image", "audio", "text"},
		Kinds:      map[string]datasets.Kind{"image": datasets.Image, "audio": datasets.Spectrogram, "text": datasets.Text},
		Classes:    len(classes),
		Samples:    6443,
		Splits:     5,
		Licence:    "GPL-2 (some pictures CC BY, CC BY-SA or GFDL); fetched, never committed",
		Origin:     "Debian " + Package + " " + Version,
		Settings: []datasets.Setting{{
			Name: "text", Default: "spoken", Allowed: []string{"spoken", "english"},
			Doc: "spoken: the name in the language of the recording, English where it is not translated; english: always English",
		}, {
			Name: "languages", Default: "9", Allowed: []string{"9", "3", "1"},
			Doc: "how many languages, those with most recordings first; fewer are the same items and the same split in less time",
		}},
		Open: open,
		Get:  (&getter{sum: PackageSum, fetch: fetchPackage}).get,
	}
}

// cacheFile is where the features are kept.
func cacheFile(dir string) (string, error) {
	dir, err := cacheDir(dir)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "stamps9", "features-v1.bin"), nil
}
