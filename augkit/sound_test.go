package augkit_test

import (
	"encoding/base64"
	"math"
	"strings"
	"testing"

	"github.com/augkit/aug/augkit"
)

// hertz is the pitch of a tone, from its changes of sign.
func hertz(x []float32, rate int) float64 {
	n := 0
	for i := 1; i < len(x); i++ {
		if x[i-1] < 0 && x[i] >= 0 {
			n++
		}
	}
	return float64(n) * float64(rate) / float64(len(x))
}

func TestPitch(t *testing.T) {
	for value, want := range map[float64]float64{-1: 200, 0: 200, 0.5: 400, 1: 800, 7: 800} {
		values := make([]float64, 50)
		for i := range values {
			values[i] = value
		}
		x := augkit.Pitch(values, 0.02, 0, 1, 4000)
		if got := hertz(x, 4000); len(x) != 4000 || math.Abs(got-want) > 2 {
			t.Errorf("%v sounds at %v Hz for %d samples, want %v", value, got, len(x), want)
		}
	}
	if len(augkit.Pitch(nil, 0.02, 0, 1, 4000)) != 0 {
		t.Error("no values make a sound")
	}
}

func TestResound(t *testing.T) {
	const bands, frames = 32, 50
	for band, want := range map[int]float64{3: 182, 15: 1062, 28: 3031} { // 700·(10^(mel/2595) − 1) at (b+1)/33 of the way to 4 kHz
		values := make([]float32, frames*bands)
		for i := range values {
			values[i] = -80
			if i%bands == band {
				values[i] = 0
			}
		}
		x := augkit.Resound(values, bands, 0.02, 4000, 8000)
		if got := hertz(x, 8000); len(x) != 8000 || math.Abs(got-want) > want/50 {
			t.Errorf("band %d sounds at %.0f Hz for %d samples, want %.0f", band, got, len(x), want)
		}
		for i, v := range x {
			if v < -1 || v > 1 {
				t.Fatalf("sample %d is %v", i, v)
			}
		}
	}
}

func TestPlayer(t *testing.T) {
	for kind, recording := range map[string][]byte{"wav": []byte("RIFF and so on"), "ogg": []byte("OggS and so on")} {
		text := augkit.Player(`a "tone" & more`, recording)
		want := "data:audio/" + kind + ";base64," + base64.StdEncoding.EncodeToString(recording) + `"`
		if !strings.Contains(text, want) || !strings.Contains(text, "a &#34;tone&#34; &amp; more</div>") || strings.Contains(text, "http") {
			t.Errorf("element %s lacks %s", text, want)
		}
	}
}
