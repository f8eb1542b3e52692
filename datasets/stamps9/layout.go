package stamps9

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// kind says what a file of the package is to this data set.
type kind int

const (
	other kind = iota
	namesFile
	pngFile
	svgFile
	clipFile
)

var (
	clipName = regexp.MustCompile(`^(.+)_desc_([a-z]{2})\.(ogg|wav)$`)
	// Left-right reversed copies (x_mirror.png, x_mirrorflip.png, x_flip.png) are drawn for the program's buttons.
	mirrored = regexp.MustCompile(`(_mir.*r|_flip)$`)
	digits   = regexp.MustCompile(`[-_]?\d+`)
)

// classify tells from the clean name of a file which item it belongs to (animals/birds/eagle), and what it is. The
// folder that holds the classes may stand at any depth: stamps/animals/… or animals/… at the top.
func classify(name string) (item, language string, k kind) {
	parts := strings.Split(name, "/")
	for i := range parts[:len(parts)-1] {
		if parts[i] == "stamps" && slices.Contains(classes, parts[i+1]) {
			parts = parts[i+1:]
			break
		}
	}
	if len(parts) < 2 || !slices.Contains(classes, parts[0]) {
		return "", "", other
	}
	rel := strings.Join(parts, "/")
	if m := clipName.FindStringSubmatch(rel); m != nil {
		if !slices.Contains(languages, m[2]) {
			return "", "", other
		}
		return m[1], m[2], clipFile
	}
	ext := path.Ext(rel)
	item = strings.TrimSuffix(rel, ext)
	if mirrored.MatchString(item) {
		return "", "", other
	}
	switch ext {
	case ".txt":
		return item, "", namesFile
	case ".png":
		return item, "", pngFile
	case ".svg":
		return item, "", svgFile
	}
	return "", "", other
}

// parseNames reads the .txt of an item: its English name on the first line, then lines such as "fr.utf8=Une pomme.".
func parseNames(data []byte) (english string, translated map[string]string) {
	translated = make(map[string]string)
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if !utf8.ValidString(line) {
			continue
		}
		if i == 0 {
			english = strings.TrimPrefix(line, "\ufeff")
			continue
		}
		if code, text, ok := strings.Cut(line, ".utf8="); ok && strings.TrimSpace(text) != "" {
			translated[code] = strings.TrimSpace(text)
		}
	}
	return english, translated
}

// group numbers items 0 … n−1 so that items which share a key, directly or by way of others, share a number. Numbers
// follow the order of the items.
func group(keys [][]string) []int {
	parent := make([]int, len(keys))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	owner := make(map[string]int)
	for i, all := range keys {
		for _, key := range all {
			first, ok := owner[key]
			if !ok {
				owner[key] = i
				continue
			}
			a, b := root(first), root(i)
			parent[max(a, b)] = min(a, b)
		}
	}
	numbers := make(map[int]int)
	out := make([]int, len(keys))
	for i := range keys {
		r := root(i)
		if _, ok := numbers[r]; !ok {
			numbers[r] = len(numbers)
		}
		out[i] = numbers[r]
	}
	return out
}
