package picture

import (
	"encoding/xml"
	"fmt"
	"image/color"
	"strings"

	"github.com/srwiley/oksvg"
)

// paint is a colour as SVG text (#rrggbb or none) and its opacity in two factors, which are inherited apart.
type paint struct {
	color string
	own   float64 // of the colour or gradient itself
	asked float64 // fill-opacity or stroke-opacity
}

// with applies the attributes fill and fill-opacity (or those of the stroke) to an inherited paint.
func (p paint) with(value, opacity string, paints map[string]paint) paint {
	switch {
	case value == "" || value == "inherit":
	case strings.HasPrefix(value, "url("):
		id, _, _ := strings.Cut(strings.Trim(strings.TrimPrefix(value, "url("), `'"`), ")")
		found, ok := paints[strings.TrimPrefix(strings.Trim(id, `'" `), "#")]
		if !ok {
			found = paint{color: "none"}
		}
		p.color, p.own = found.color, found.own
	default:
		p.color, p.own = "none", 1
		if c, ok := parseColor(value); ok {
			p.color = hex(c)
		}
	}
	if v := numbers(opacity); len(v) == 1 {
		p.asked = min(1, max(0, v[0]))
	}
	return p
}

// stop is one colour of a gradient.
type stop struct{ r, g, b, alpha float64 }

// gradients gives every gradient of a file its mean colour, weighted by opacity, and its mean opacity. A gradient
// without stops takes those of the one it refers to.
func gradients(tokens []xml.Token) map[string]paint {
	stops := make(map[string][]stop)
	refers := make(map[string]string)
	id := ""
	for _, token := range tokens {
		t, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch t.Name.Local {
		case "linearGradient", "radialGradient":
			id = find(t, "id")
			stops[id] = nil
			refers[id] = strings.TrimPrefix(find(t, "href"), "#")
		case "stop":
			if s, ok := parseStop(attributes(t)); ok {
				stops[id] = append(stops[id], s)
			}
		}
	}
	out := make(map[string]paint, len(stops))
	for id := range stops {
		from := id
		for hops := 0; len(stops[from]) == 0 && refers[from] != "" && hops < 10; hops++ { // 10: it may refer to itself
			from = refers[from]
		}
		out[id] = mean(stops[from])
	}
	return out
}

func parseStop(at map[string]string) (stop, bool) {
	c, ok := color.NRGBA{A: 255}, true
	if at["stop-color"] != "" {
		c, ok = parseColor(at["stop-color"])
	}
	s := stop{float64(c.R), float64(c.G), float64(c.B), 1}
	if v := numbers(at["stop-opacity"]); len(v) == 1 {
		s.alpha = min(1, max(0, v[0]))
	}
	return s, ok
}

func mean(stops []stop) paint {
	var sum stop
	for _, s := range stops {
		sum.r += s.r * s.alpha
		sum.g += s.g * s.alpha
		sum.b += s.b * s.alpha
		sum.alpha += s.alpha
	}
	if sum.alpha == 0 {
		return paint{color: "none"}
	}
	c := color.NRGBA{uint8(sum.r / sum.alpha), uint8(sum.g / sum.alpha), uint8(sum.b / sum.alpha), 255}
	return paint{color: hex(c), own: sum.alpha / float64(len(stops))}
}

// parseColor reads a name, #rgb, #rrggbb or rgb(); false for none and for what is not understood.
func parseColor(s string) (color.NRGBA, bool) {
	c, err := oksvg.ParseSVGColor(s)
	if err != nil || c == nil {
		return color.NRGBA{}, false
	}
	return color.NRGBAModel.Convert(c).(color.NRGBA), true
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
