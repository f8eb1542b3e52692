package datasets_test

import (
	"context"
	"fmt"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/catalog"
)

// Open a data set by name and look at one sample.
func Example() {
	d, err := catalog.Open(context.Background(), "emoji8", datasets.Request{
		Settings: map[string]string{"text": "keywords"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range d.Modalities {
		fmt.Println(m.Name, m.Kind, m.Shape)
	}
	for _, p := range datasets.Parts {
		fmt.Println(p, len(d.Indices(p)))
	}
	fmt.Printf("%s is %q: %s\n", d.IDs[0], d.Classes[d.Labels[0]], d.Captions[0])
	// Output:
	// image image [32 32 3]
	// text text [1024]
	// train 2288
	// validation 326
	// test 658
	// google/1f600 is "Smileys & Emotion": grinning face smile happy joy grin smiley
}

// A group, such as the variants of one drawing, is never split: here samples 0 to 2 are one group.
func ExampleFoldSplit() {
	labels := []int{0, 0, 0, 1, 1, 0, 0, 1, 1, 0}
	groups := []int{0, 0, 0, 1, 2, 3, 4, 5, 6, 7}
	parts := datasets.FoldSplit(labels, groups, 0)
	fmt.Println(parts[0] == parts[1], parts[1] == parts[2])
	// Output: true true
}
