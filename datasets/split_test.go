package datasets_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/augkit/aug/datasets"
)

// grouped draws 600 samples of four classes in groups of one to six; every group has one class.
func grouped() (labels, groups []int) {
	rng := rand.New(rand.NewPCG(1, 1))
	for g := 0; len(labels) < 600; g++ {
		class := g % 4
		for range 1 + rng.IntN(6) {
			labels, groups = append(labels, class), append(groups, g)
		}
	}
	return labels, groups
}

func TestGroupedFolds(t *testing.T) {
	labels, groups := grouped()
	folds := datasets.GroupedFolds(labels, groups, 5, 3)
	home := make(map[int]int)
	count := make(map[[2]int]int)
	for i, f := range folds {
		if h, ok := home[groups[i]]; ok && h != f {
			t.Fatalf("group %d is in folds %d and %d", groups[i], h, f)
		}
		home[groups[i]] = f
		count[[2]int{labels[i], f}]++
	}
	for class := range 4 {
		for f := range 5 {
			if n := count[[2]int{class, f}]; n < 24 || n > 36 {
				t.Errorf("class %d has %d samples in fold %d; about 30 are even", class, n, f)
			}
		}
	}
	if !slices.Equal(folds, datasets.GroupedFolds(labels, groups, 5, 3)) {
		t.Error("the same seed gives other folds")
	}
	if slices.Equal(folds, datasets.GroupedFolds(labels, groups, 5, 4)) {
		t.Error("another seed gives the same folds")
	}
}

func TestFoldSplit(t *testing.T) {
	labels, groups := grouped()
	tested := make([]int, len(labels))
	for fold := range 5 {
		home := make(map[int]datasets.Part)
		count := make([]int, len(datasets.Parts))
		for i, p := range datasets.FoldSplit(labels, groups, fold) {
			if h, ok := home[groups[i]]; ok && h != p {
				t.Fatalf("fold %d: group %d is in %s and %s", fold, groups[i], h, p)
			}
			home[groups[i]] = p
			count[p]++
			if p == datasets.Test {
				tested[i]++
			}
		}
		for p, want := range []float64{0.7, 0.1, 0.2} {
			if got := float64(count[p]) / float64(len(labels)); math.Abs(got-want) > 0.02 {
				t.Errorf("fold %d: %s holds %.3f of the samples, want about %.1f", fold, datasets.Part(p), got, want)
			}
		}
	}
	for i, n := range tested {
		if n != 1 {
			t.Fatalf("sample %d is in %d test parts, want 1", i, n)
		}
	}
}

func TestShuffleParts(t *testing.T) {
	labels, groups := grouped()
	parts := datasets.FoldSplit(labels, groups, 0)
	dealt := datasets.ShuffleParts(labels, parts, 5)
	count := make(map[[2]int]int) // class, part
	torn := false
	home := make(map[int]datasets.Part)
	for i, p := range dealt {
		count[[2]int{labels[i], int(parts[i])}]++
		count[[2]int{labels[i], int(p)}]--
		h, ok := home[groups[i]]
		torn = torn || ok && h != p
		home[groups[i]] = p
	}
	for key, n := range count {
		if n != 0 {
			t.Errorf("class %d has %d samples fewer in %s than before", key[0], n, datasets.Part(key[1]))
		}
	}
	if !torn {
		t.Error("every group stays whole; nothing was dealt anew")
	}
	if !slices.Equal(dealt, datasets.ShuffleParts(labels, parts, 5)) {
		t.Error("the same seed gives other parts")
	}
	if slices.Equal(dealt, datasets.ShuffleParts(labels, parts, 6)) {
		t.Error("another seed gives the same parts")
	}
}

func TestHashedNgrams(t *testing.T) {
	cat := datasets.HashedNgrams([]string{"cat"}, 256)
	cats := datasets.HashedNgrams([]string{"cats"}, 256)
	dog := datasets.HashedNgrams([]string{"dog"}, 256)
	if n := dot(cat, cat); math.Abs(n-1) > 1e-5 {
		t.Errorf("the squared length is %v, want 1", n)
	}
	if dot(cat, cats) <= dot(cat, dog) {
		t.Errorf("cat is as near to dog (%v) as to cats (%v)", dot(cat, dog), dot(cat, cats))
	}
	ab, ba := datasets.HashedNgrams([]string{"a", "b"}, 256), datasets.HashedNgrams([]string{"b", "a"}, 256)
	if !slices.Equal(ab, ba) {
		t.Error("the order of words matters; it must not")
	}
	for name, words := range map[string][]string{"no words": nil, "other letters": {"日本", "été"}, "empty word": {""}} {
		got := datasets.HashedNgrams(words, 16)
		if n := dot(got, got); len(got) != 16 || len(words) > 0 && math.Abs(n-1) > 1e-5 || len(words) == 0 && n != 0 {
			t.Errorf("%s: %d features of squared length %v", name, len(got), n)
		}
	}
}

func dot(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
