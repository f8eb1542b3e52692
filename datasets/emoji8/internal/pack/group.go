package pack

import (
	"strings"
	"unicode"
)

// variants holds the words that tell variants of one item apart: whom it shows, colour, size, direction, number.
var variants = wordSet(`
	man men woman women person people boy girl adult child bride father mother mx and
	black white red orange yellow green blue purple brown grey pink light
	small medium large big heavy face
	left right up down leftwards rightwards upwards downwards north south east west pointing facing oncoming
	clockwise anticlockwise waxing waning
	first second third last zero one two three four five six seven eight nine ten`)

// aliases joins the few variants whose names differ by more than a variant word.
var aliases = map[string]string{"princess": "prince", "claus": "christmas", "dancing": "dancer"}

// GroupKeys returns the two keys of an item: items that share either belong to one group.
//
// The name key is the name up to a colon, in small letters, without the words for gender, age, colour, size, direction
// and number, without single letters, and without "face": "red apple" and "green apple" give "apple", "family: man,
// girl" gives "family", "dog face" gives "dog". Every clock face gives "clock face". Where nothing is left, as in
// "woman", the key is "person".
//
// The code key is the code without the marks for gender, hair, direction and presentation, and with one sign for man,
// woman and person: it joins "runner" (1F3C3) and "woman running" (1F3C3-200D-2640-FE0F), whose names have no word in
// common. The rule rather joins too much than too little: a group too large costs nothing, one too small leaks.
func GroupKeys(name, code string) (nameKey, codeKey string) {
	name, _, _ = strings.Cut(strings.ToLower(name), ":")
	var left []string
	for _, w := range Words(name) {
		if a, ok := aliases[w]; ok {
			w = a
		}
		if !variants[w] && len([]rune(w)) > 1 && !strings.ContainsFunc(w, unicode.IsDigit) {
			left = append(left, w)
		}
	}
	nameKey = strings.Join(left, " ")
	switch {
	case strings.HasPrefix(nameKey, "clock "):
		nameKey = "clock face"
	case nameKey == "":
		nameKey = "person"
	}

	var marks []string
	for i, c := range strings.Split(strings.ToLower(code), "-") {
		switch c {
		case "fe0f", "200d", "1f9b0", "1f9b1", "1f9b2", "1f9b3":
			continue // presentation, joiner, hair
		case "2640", "2642", "27a1":
			if i > 0 { // alone these are signs of their own
				continue
			}
		case "1f468", "1f469", "1f9d1":
			c = "person"
		}
		marks = append(marks, c)
	}
	return nameKey, strings.Join(marks, "-")
}

// Groups numbers the groups of items, from 0 in order of first appearance.
func Groups(names, codes []string) []int {
	parent := make([]int, len(names))
	find := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	first := make(map[string]int)
	for i := range names {
		parent[i] = i
		byName, byCode := GroupKeys(names[i], codes[i])
		for _, key := range []string{"name " + byName, "code " + byCode} {
			if j, ok := first[key]; ok {
				a, b := find(i), find(j)
				parent[max(a, b)] = min(a, b)
			} else {
				first[key] = i
			}
		}
	}
	number := make(map[int]int)
	out := make([]int, len(names))
	for i := range names {
		root := find(i)
		if _, ok := number[root]; !ok {
			number[root] = len(number)
		}
		out[i] = number[root]
	}
	return out
}

// Words splits a text into small-letter words of letters and digits; an apostrophe joins.
func Words(text string) []string {
	text = strings.NewReplacer("’", "", "'", "").Replace(strings.ToLower(text))
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func wordSet(text string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}
