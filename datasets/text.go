package datasets

import (
	"hash/fnv"
	"math"
	"strconv"
	"unicode/utf8"
)

// HashedNgrams turns words into a unit-length vector of size features: every character n-gram of 2 to 4 letters of
// each word (with a mark at both ends) adds 1 at the place its FNV-1a hash gives. No word list has to be kept, and
// unseen words share n-grams with seen ones.
func HashedNgrams(words []string, size int) []float32 {
	out := make([]float32, size)
	h := fnv.New32a()
	var gram []byte // reused: there are thousands of n-grams, and a string each would cost more than the hash
	for _, w := range words {
		letters := []rune("^" + w + "$")
		for n := 2; n <= 4; n++ {
			for i := 0; i+n <= len(letters); i++ {
				gram = strconv.AppendInt(gram[:0], int64(n), 10)
				for _, r := range letters[i : i+n] {
					gram = utf8.AppendRune(gram, r)
				}
				h.Reset()
				h.Write(gram)
				out[h.Sum32()%uint32(size)]++
			}
		}
	}
	var square float32
	for _, x := range out {
		square += x * x
	}
	if square > 0 {
		scale := 1 / float32(math.Sqrt(float64(square)))
		for i := range out {
			out[i] *= scale
		}
	}
	return out
}
