package manifest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// What is generated: three classes, and items of each class in variants that differ by noise. Some words and many tones
// do not tell their class, so that there is a strong and a weak modality.
var shapes = []string{"circle", "square", "triangle"}

const (
	items    = 24 // of each class
	variants = 2  // of each item: they are one group
	toneRate = 8000
)

// sketch is one generated sample.
type sketch struct {
	class, item, variant int
}

// all lists the generated samples.
func all() []sketch {
	var out []sketch
	for class := range shapes {
		for item := range items {
			for variant := range variants {
				out = append(out, sketch{class, item, variant})
			}
		}
	}
	return out
}

// group is the name of the item, and name that of the sample.
func (s sketch) group() string { return fmt.Sprintf("%s-%02d", shapes[s.class], s.item) }
func (s sketch) name() string  { return s.group() + string(rune('a'+s.variant)) }

// of draws what the variants of an item share, in one kind; own what they do not.
func (s sketch) of(kind string) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(s.class*items+s.item), uint64(kind[0])))
}

func (s sketch) own(kind string) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(s.class*items+s.item), uint64(kind[0])<<8+uint64(s.variant)))
}

// folders and endings of the generated files, by kind.
var endings = map[string]string{"image": ".png", "audio": ".wav", "sensor": ".csv"}

// Generate writes 144 samples of three classes below dir, in a folder a kind (image, audio or sensor): drawn shapes, tones
// and movements, as <kind>/<class>-<item><variant>, such as image/circle-07a.png. The variants of an item differ by noise
// alone. The same files are written each time.
func Generate(dir string, kind ...string) error {
	for _, k := range kind {
		if endings[k] == "" {
			return fmt.Errorf("no files of kind %q are generated; use image, audio or sensor", k)
		}
		if err := os.MkdirAll(filepath.Join(dir, k), 0o755); err != nil {
			return fmt.Errorf("generate samples: %w", err)
		}
		for _, s := range all() {
			data, err := s.file(k)
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, filepath.FromSlash(s.path(k))), data, 0o644)
			}
			if err != nil {
				return fmt.Errorf("generate samples: %w", err)
			}
		}
	}
	return nil
}

func (s sketch) path(kind string) string { return path.Join(kind, s.name()+endings[kind]) }

func (s sketch) file(kind string) ([]byte, error) {
	switch kind {
	case "image":
		var out bytes.Buffer
		err := png.Encode(&out, s.drawing())
		return out.Bytes(), err
	case "audio":
		return WAV(s.tone(), toneRate), nil
	}
	return s.movement(), nil
}

// drawing is the shape in some colour, place and size, on a grainy ground.
func (s sketch) drawing() image.Image {
	const side = 48
	rng, grain := s.of("image"), s.own("image")
	at := [2]float64{20 + 8*rng.Float64(), 20 + 8*rng.Float64()}
	radius := 11 + 6*rng.Float64()
	ground, ink := 190+40*rng.Float64(), [3]float64{}
	for k := range ink {
		ink[k] = 30 + 110*rng.Float64()
	}
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			dx, dy := (float64(x)-at[0])/radius, (float64(y)-at[1])/radius
			inside := [...]bool{math.Hypot(dx, dy) < 1, math.Max(math.Abs(dx), math.Abs(dy)) < 0.85, dy < 0.7 && math.Abs(dx) < (dy+1)*0.6}[s.class]
			noise := 20 * grain.NormFloat64()
			level := func(k int) uint8 {
				v := ground
				if inside {
					v = ink[k]
				}
				return uint8(math.Min(255, math.Max(0, v+noise)))
			}
			m.SetRGBA(x, y, color.RGBA{level(0), level(1), level(2), 255})
		}
	}
	return m
}

// tone is 0.8 s: steady, pulsed or rising, at some pitch, in noise.
func (s sketch) tone() []float32 {
	rng, noise := s.of("audio"), s.own("audio")
	pitch, pulse := 300+900*rng.Float64(), 5+4*rng.Float64()
	loud := 0.05 + 0.25*rng.Float64() // against the noise: not all tones can be told
	out := make([]float32, toneRate*8/10)
	phase := 0.0
	for i := range out {
		t := float64(i) / toneRate
		hertz, gain := pitch, 1.0
		switch s.class {
		case 1:
			gain = math.Max(0, math.Sin(2*math.Pi*pulse*t))
		case 2:
			hertz *= 1 + 0.8*t
		}
		phase += 2 * math.Pi * hertz / toneRate
		out[i] = float32(loud*gain*math.Sin(phase) + 0.12*noise.NormFloat64())
	}
	return out
}

// movement is a table of 64 rows, x and y: round, angular or sawing, at some speed, in noise.
func (s sketch) movement() []byte {
	rng, noise := s.of("sensor"), s.own("sensor")
	speed, phase := 0.04+0.015*rng.Float64(), 0.25*rng.Float64()
	var out bytes.Buffer
	out.WriteString("x,y\n")
	for t := range 64 {
		turn := speed*float64(t) + phase
		var v [2]float64
		for k := range v {
			saw := math.Mod(turn+float64(k)/4, 1)
			v[k] = [...]float64{math.Sin(2 * math.Pi * saw), math.Copysign(0.8, 0.5-saw), 4*math.Abs(saw-0.5) - 1}[s.class] + 0.5*noise.NormFloat64()
		}
		fmt.Fprintf(&out, "%.3f,%.3f\n", v[0], v[1])
	}
	return out.Bytes()
}

// words say what the shape is like; every fifth item is called a thing.
func (s sketch) words() string {
	rng := s.of("text")
	nouns := [][]string{{"ring", "wheel", "ball", "coin"}, {"box", "tile", "window", "crate"}, {"roof", "wedge", "arrow", "peak"}}[s.class]
	noun := nouns[rng.IntN(len(nouns))]
	if rng.IntN(5) == 0 {
		noun = "thing"
	}
	adjectives := []string{"plain", "new", "fine", "spare", "nice", "good", "rare", "first"} // that no picture contradicts
	return strings.Join([]string{"a", adjectives[rng.IntN(len(adjectives))], noun, strconv.Itoa(1 + s.variant)}, " ")
}

// WAV writes a recording of one channel, −1…1, as 16-bit PCM.
func WAV(samples []float32, rate int) []byte {
	le := binary.LittleEndian
	size := uint32(2 * len(samples))
	out := le.AppendUint32([]byte("RIFF"), 36+size)
	out = le.AppendUint32(append(out, "WAVEfmt "...), 16)
	out = le.AppendUint16(out, 1) // PCM
	out = le.AppendUint16(out, 1) // channel
	out = le.AppendUint32(out, uint32(rate))
	out = le.AppendUint32(out, uint32(2*rate))
	out = le.AppendUint16(out, 2)
	out = le.AppendUint16(out, 16)
	out = le.AppendUint32(append(out, "data"...), size)
	for _, v := range samples {
		out = le.AppendUint16(out, uint16(int16(math.Round(32767*math.Min(1, math.Max(-1, float64(v)))))))
	}
	return out
}
