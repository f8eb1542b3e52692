package emoji8

import (
	"strings"

	"github.com/augkit/aug/datasets/emoji8/internal/pack"
)

// classWords name a class without being part of its name: person and human (People & Body), face (a smiley), sign
// (Symbols), beverage (Food & Drink), plant (Animals & Nature), nation, country and banner (Flags).
var classWords = []string{"person", "human", "face", "sign", "beverage", "plant", "nation", "country", "banner"}

// textOf returns the function that gives the words of an item, as the reader sees them and the encoder hashes them.
// The words of an item may be none where all of them name the class.
func textOf(settings map[string]string, classes []string) func(pack.Item) []string {
	stop := make(map[string]bool)
	if settings["stopwords"] == "drop" {
		for _, name := range append(classes[:len(classes):len(classes)], classWords...) {
			for _, w := range pack.Words(name) {
				stop[singular(w)] = true
			}
		}
	}
	return func(it pack.Item) []string {
		all := pack.Words(it.Name)
		if settings["text"] == "keywords" {
			for _, k := range it.Keywords {
				for _, w := range pack.Words(k) {
					if len(w) > 1 { // one letter is what is left of a ":D"
						all = append(all, w)
					}
				}
			}
		}
		seen := make(map[string]bool, len(all))
		var out []string
		for _, w := range all {
			if !seen[w] && !stop[singular(w)] {
				seen[w] = true
				out = append(out, w)
			}
		}
		return out
	}
}

// singular makes "activities" and "activity", "foods" and "food" the same; the result need not be a word.
func singular(w string) string {
	if stem, ok := strings.CutSuffix(w, "ies"); ok {
		return stem + "y"
	}
	if strings.HasSuffix(w, "ss") {
		return w
	}
	return strings.TrimSuffix(w, "s")
}
