package pack_test

import (
	"slices"
	"testing"

	"github.com/augkit/aug/datasets/emoji8/internal/pack"
)

func TestGroupKeys(t *testing.T) {
	tests := []struct{ name, code, nameKey, codeKey string }{
		{"man running", "1f3c3-200d-2642-fe0f", "running", "1f3c3"},
		{"runner", "1f3c3", "runner", "1f3c3"},
		{"woman running facing right", "1f3c3-200d-2640-fe0f-200d-27a1-fe0f", "running", "1f3c3"},
		{"man health worker", "1f468-200d-2695-fe0f", "health worker", "person-2695"},
		{"health worker", "1f9d1-200d-2695-fe0f", "health worker", "person-2695"},
		{"woman: red hair", "1f469-200d-1f9b0", "person", "person"},
		{"woman", "1f469", "person", "person"},
		{"female sign", "2640-fe0f", "female sign", "2640"},
		{"family: man, woman, boy", "1f468-200d-1f469-200d-1f466", "family", "person-person-1f466"},
		{"clock face one oclock", "1f550", "clock face", "1f550"},
		{"clock face twelve-thirty", "1f567", "clock face", "1f567"},
		{"red apple", "1f34e", "apple", "1f34e"},
		{"heavy black heart", "2764-fe0f", "heart", "2764"},
		{"large orange square", "1f7e7", "square", "1f7e7"},
		{"black medium small square", "25fe", "square", "25fe"},
		{"dog face", "1f436", "dog", "1f436"},
		{"keycap 7", "0037-fe0f-20e3", "keycap", "0037-20e3"},
		{"squared cjk unified ideograph-6708", "1f237", "squared cjk unified ideograph", "1f237"},
		{"rescue worker’s helmet", "26d1-fe0f", "rescue workers helmet", "26d1"},
		{"princess", "1f478", "prince", "1f478"},
		{"WHITE FLOWER", "1F4AE", "flower", "1f4ae"},
	}
	for _, tt := range tests {
		nameKey, codeKey := pack.GroupKeys(tt.name, tt.code)
		if nameKey != tt.nameKey || codeKey != tt.codeKey {
			t.Errorf("GroupKeys(%q, %q) = %q, %q, want %q, %q", tt.name, tt.code, nameKey, codeKey, tt.nameKey, tt.codeKey)
		}
	}
}

func TestGroups(t *testing.T) {
	// The runner and the man running facing right share no key: the woman running joins them.
	names := []string{"runner", "grapes", "man running facing right", "woman running", "melon", "green apple", "red apple"}
	codes := []string{"1f3c3", "1f347", "1f3c4", "1f3c3-200d-2640-fe0f", "1f348", "1f34f", "1f34e"}
	if got, want := pack.Groups(names, codes), []int{0, 1, 0, 0, 2, 3, 3}; !slices.Equal(got, want) {
		t.Errorf("Groups = %v, want %v", got, want)
	}
}
