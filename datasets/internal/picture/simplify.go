package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The drawing library knows part of the format: it draws strokes in pixels whatever the scale, knows no inherited
// gradients, takes scale(s) for scale(s,0), and draws what should be hidden. So an SVG is rewritten first into what it
// draws rightly.

// viewBox is the part of the plane that is drawn, user units.
type viewBox struct{ x, y, w, h float64 }

// dropped elements are left out with all they hold.
var dropped = map[string]bool{
	"clipPath": true, "mask": true, "pattern": true, "marker": true, "symbol": true, "filter": true, "text": true,
	"image": true, "foreignObject": true, "metadata": true, "namedview": true, "linearGradient": true,
	"radialGradient": true, "flowRoot": true, "style": true, "script": true, "title": true, "desc": true,
}

// kept are the attributes that matter for drawing; paints, opacities and stroke widths are written anew.
var kept = []string{
	"id", "href", "d", "points", "x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "x1", "y1", "x2", "y2",
	"stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity",
}

// level is what an element hands down to its children.
type level struct {
	scale      float64 // length of a user unit in pixels
	width      float64 // stroke-width, user units
	fill, line paint
}

// simplify rewrites tokens for a square of side pixels.
func simplify(tokens []xml.Token, side int) ([]byte, viewBox, error) {
	paints := gradients(tokens)
	var out bytes.Buffer
	var box viewBox
	var stack []level
	skip := 0 // depth inside a dropped element
	for _, token := range tokens {
		switch t := token.(type) {
		case xml.StartElement:
			at := attributes(t)
			if skip > 0 || dropped[t.Name.Local] || at["display"] == "none" || at["visibility"] == "hidden" {
				skip++
				continue
			}
			if len(stack) == 0 {
				var err error
				if box, err = rootBox(t.Name.Local, at); err != nil {
					return nil, box, err
				}
				stack = append(stack, level{
					scale: float64(side) / max(box.w, box.h), width: 1,
					fill: paint{color: "#000000", own: 1, asked: 1}, line: paint{color: "none", own: 1, asked: 1},
				})
				fmt.Fprintf(&out, `<svg viewBox="%g %g %g %g">`, box.x, box.y, box.w, box.h)
				stack[0] = stack[0].child(at, paints)
				continue
			}
			here := stack[len(stack)-1].child(at, paints)
			stack = append(stack, here)
			here.write(&out, t.Name.Local, at)
		case xml.EndElement:
			if skip > 0 {
				skip--
				continue
			}
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
				fmt.Fprintf(&out, "</%s>", t.Name.Local)
			}
		}
	}
	if box.w == 0 {
		return nil, box, fmt.Errorf("%w: no <svg> in it", ErrFormat)
	}
	return out.Bytes(), box, nil
}

// attributes merges the style attribute, which wins, into the others.
func attributes(t xml.StartElement) map[string]string {
	at := make(map[string]string, len(t.Attr))
	style := ""
	for _, a := range t.Attr {
		if a.Name.Local == "style" {
			style = a.Value
			continue
		}
		at[a.Name.Local] = strings.TrimSpace(a.Value)
	}
	for pair := range strings.SplitSeq(style, ";") {
		if name, value, ok := strings.Cut(pair, ":"); ok {
			at[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return at
}

func rootBox(name string, at map[string]string) (box viewBox, err error) {
	if name != "svg" {
		return box, fmt.Errorf("%w: the root is <%s>, not <svg>", ErrFormat, name)
	}
	v := numbers(at["viewBox"])
	if len(v) == 4 {
		box = viewBox{v[0], v[1], v[2], v[3]}
	} else {
		box = viewBox{0, 0, length(at["width"]), length(at["height"])}
	}
	if !(box.w > 0 && box.h > 0 && box.w < maxViewBox && box.h < maxViewBox && math.Abs(box.x) < maxViewBox && math.Abs(box.y) < maxViewBox) {
		return box, fmt.Errorf("%w: SVG of %g×%g units", ErrFormat, box.w, box.h)
	}
	return box, nil
}

// child applies the attributes of an element to what it inherits.
func (l level) child(at map[string]string, paints map[string]paint) level {
	for _, call := range transform.FindAllStringSubmatch(at["transform"], -1) {
		v := numbers(call[2])
		switch {
		case call[1] == "matrix" && len(v) == 6:
			l.scale *= math.Sqrt(math.Abs(v[0]*v[3] - v[1]*v[2]))
		case call[1] == "scale" && len(v) > 0:
			l.scale *= math.Sqrt(math.Abs(v[0] * v[len(v)-1]))
		}
	}
	if w, ok := at["stroke-width"]; ok {
		l.width = length(w)
	}
	l.fill = l.fill.with(at["fill"], at["fill-opacity"], paints)
	l.line = l.line.with(at["stroke"], at["stroke-opacity"], paints)
	return l
}

// write writes the start of an element with all that it inherits spelled out, but for transform and opacity, which
// the library hands down itself.
func (l level) write(out *bytes.Buffer, name string, at map[string]string) {
	fmt.Fprintf(out, "<%s", name)
	write := func(key, value string) {
		fmt.Fprintf(out, ` %s="`, key)
		xml.EscapeText(out, []byte(value)) // a buffer never fails to write
		out.WriteByte('"')
	}
	for _, key := range kept {
		if value, ok := at[key]; ok {
			write(key, value)
		}
	}
	if value := at["transform"]; value != "" {
		write("transform", oneScale.ReplaceAllString(value, "scale($1,$1)"))
	}
	if name != "g" && name != "defs" {
		line, width := l.line, l.width*l.scale
		if width < 1./64 { // the library's finest step
			line.color = "none"
		}
		write("fill", l.fill.color)
		write("fill-opacity", number(l.fill.own*l.fill.asked))
		write("stroke", line.color)
		write("stroke-opacity", number(line.own*line.asked))
		write("stroke-width", number(width))
	}
	out.WriteByte('>')
}

var (
	transform  = regexp.MustCompile(`(\w+)\s*\(([^)]*)\)`)
	oneScale   = regexp.MustCompile(`scale\(\s*([^\s,)]+)\s*\)`)
	floats     = regexp.MustCompile(`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`)
	unitLength = map[string]float64{"": 1, "px": 1, "pt": 1.25, "pc": 15, "mm": 3.5433, "cm": 35.433, "in": 90}
)

func numbers(s string) []float64 {
	var out []float64
	for _, f := range floats.FindAllString(s, -1) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// length reads a length such as 12, 12px or 3pt in user units at 90 a inch, which the drawing programs of the time
// used; 0 where it has none (100%).
func length(s string) float64 {
	f := floats.FindString(s)
	unit, ok := unitLength[strings.TrimSpace(strings.TrimPrefix(s, f))]
	v, err := strconv.ParseFloat(f, 64)
	if !ok || err != nil {
		return 0
	}
	return v * unit
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }

// find returns the first attribute of that local name.
func find(t xml.StartElement, name string) string {
	i := slices.IndexFunc(t.Attr, func(a xml.Attr) bool { return a.Name.Local == name })
	if i < 0 {
		return ""
	}
	return t.Attr[i].Value
}
