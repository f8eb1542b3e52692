package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/catalog"
	"github.com/augkit/aug/datasets/manifest"
)

// runData is `aug data list|get|show|new`.
func runData(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	actions := map[string]func(context.Context, []string, io.Writer, io.Writer) int{
		"list": runDataList, "get": runDataGet, "show": runDataShow, "new": runDataNew,
	}
	if len(args) > 0 {
		if action, ok := actions[args[0]]; ok {
			return action(ctx, args[1:], stdout, stderr)
		}
	}
	flags := newFlags("data", "list|get|show|new",
		"list shows which data sets there are, get fetches one that does not come with the program, show opens one and says\n"+
			"what is in it, new begins one of your own files.",
		"aug data list", "aug data get stamps9", "aug data show watch7 --split 3", "aug data new mine")
	rest, code, done := parse(flags, args, stdout, stderr)
	switch {
	case done:
		return code
	case len(rest) == 0:
		return wrongUsage(flags, stderr, "say list, get, show or new")
	}
	return wrongUsage(flags, stderr, "there is no action %q: say list, get, show or new", rest[0])
}

// listed is one line of `aug data list`.
type listed struct {
	Name       string             `json:"name"`
	Title      string             `json:"title"`
	Modalities []string           `json:"modalities"`
	Classes    int                `json:"classes"`
	Samples    int                `json:"samples"`
	Splits     int                `json:"splits"`
	Licence    string             `json:"licence"`
	Origin     string             `json:"origin"`
	Embedded   bool               `json:"embedded"`
	Settings   []datasets.Setting `json:"settings,omitempty"`
}

func runDataList(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("data list", "[flags]", "List the data sets, with their settings' defaults first.", "aug data list", "aug data list --json")
	asJSON := flags.Bool("json", false, "print JSON")
	rest, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	if len(rest) > 0 {
		return wrongUsage(flags, stderr, "it takes no argument %q", rest[0])
	}
	var all []listed
	for _, s := range catalog.All() {
		all = append(all, listed{s.Name, s.Title, s.Modalities, s.Classes, s.Samples, s.Splits, s.Licence, s.Origin, s.Embedded, s.Settings})
	}
	if *asJSON {
		return printJSON(flags, all, stdout, stderr)
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tMODALITIES\tCLASSES\tSAMPLES\tSPLITS\tWHERE\tWHAT")
	for _, s := range all {
		where := "in the program"
		if !s.Embedded {
			where = "aug data get " + s.Name
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%s\t%s\n", s.Name, strings.Join(s.Modalities, ","), s.Classes, s.Samples, s.Splits, where, s.Title)
	}
	w.Flush()
	for _, s := range all {
		for _, set := range s.Settings {
			fmt.Fprintf(stdout, "\n%s --set %s=%s: %s", s.Name, set.Name, strings.Join(defaultFirst(set), "|"), set.Doc)
		}
	}
	fmt.Fprint(stdout, "\nmanifest is your own files: aug data new FOLDER\n")
	return exitOK
}

// defaultFirst lists a setting's values with the default in front.
func defaultFirst(s datasets.Setting) []string {
	values := []string{s.Default}
	for _, v := range s.Allowed {
		if v != s.Default {
			values = append(values, v)
		}
	}
	return values
}

func runDataGet(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("data get", "NAME [flags]", "Fetch a data set that does not come with the program. A second call finds it there.",
		"aug data get stamps9",
		"aug data get stamps9 --from tuxpaint-stamps-default_2022.06.04-1_all.deb")
	from := flags.String("from", "", "a `file` or folder to read instead of fetching")
	cache := flags.String("cache", "", "`folder` for what is fetched (default: the user's cache folder)")
	rest, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	if len(rest) != 1 {
		return wrongUsage(flags, stderr, "name one data set")
	}
	source, err := catalog.Find(rest[0])
	if err != nil {
		return wrongUsage(flags, stderr, "%v", err)
	}
	if source.Get == nil {
		fmt.Fprintf(stdout, "%s comes with the program: there is nothing to fetch\n", source.Name)
		return exitOK
	}
	bar := &counter{w: stderr, terminal: isTerminal(stderr)}
	err = source.Get(ctx, datasets.GetRequest{From: *from, CacheDir: *cache, Progress: bar.update})
	bar.end()
	if err != nil {
		return failed(flags, stderr, err)
	}
	fmt.Fprintf(stdout, "%s is there; `aug data show %s` says what is in it\n", source.Name, source.Name)
	return exitOK
}

// shown is what `aug data show` says of an opened data set.
type shown struct {
	Name       string                    `json:"name"`
	Split      int                       `json:"split"`
	Settings   map[string]string         `json:"settings"`
	Hash       string                    `json:"hash"`
	Samples    int                       `json:"samples"`
	Modalities []shownModality           `json:"modalities"`
	Classes    []string                  `json:"classes"`
	Counts     map[string]map[string]int `json:"counts"` // part, class
}

type shownModality struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Shape []int  `json:"shape"`
}

func runDataShow(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("data show", "NAME [flags]", "Open a data set and show its modalities, its settings and how many samples of each class are in each part.",
		"aug data show watch7 --split 3",
		"aug data show emoji8 --set text=name --modalities image,text --json",
		"aug data show manifest --set file=mine/samples.csv")
	split := flags.Int("split", 0, "`number` of the split")
	modalities := flags.String("modalities", "", "a `list` such as image,text (default: all)")
	cache := flags.String("cache", "", "`folder` of what was fetched (default: the user's cache folder)")
	asJSON := flags.Bool("json", false, "print JSON")
	settings := settingsFlag{}
	flags.Var(settings, "set", "`name=value` of a setting; may be given several times")
	rest, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	if len(rest) != 1 {
		return wrongUsage(flags, stderr, "name one data set")
	}
	source, err := catalog.For(rest[0], settings)
	if err != nil {
		return wrongUsage(flags, stderr, "%v", err)
	}
	req := datasets.Request{Split: *split, Settings: settings, CacheDir: *cache}
	if *modalities != "" {
		req.Modalities = strings.Split(*modalities, ",")
	}
	if _, err := source.Resolve(req); err != nil {
		return wrongUsage(flags, stderr, "%v", err)
	}
	d, err := source.Open(ctx, req)
	if err != nil {
		return failed(flags, stderr, err)
	}
	s := describe(d)
	if *asJSON {
		return printJSON(flags, s, stdout, stderr)
	}
	s.print(stdout)
	return exitOK
}

func runDataNew(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("data new", "FOLDER [flags]",
		"Write a folder that trains as it is, to be filled with your own files: samples.csv (one sample a line),\n"+
			"samples.json (what its columns are), experiment.json, a README, and generated samples of the kinds.",
		"aug data new mine && aug train --config mine/experiment.json --method joint,aug --splits 5",
		"aug data new mine --kinds image,text",
		"aug data new motion --kinds sensor,audio")
	kinds := flags.String("kinds", "image,audio", "a `list` of two or more of image, audio, sensor, text")
	rest, code, done := parse(flags, args, stdout, stderr)
	if done {
		return code
	}
	if len(rest) != 1 {
		return wrongUsage(flags, stderr, "name one folder")
	}
	if err := manifest.New(rest[0], strings.Split(*kinds, ",")...); err != nil {
		return failed(flags, stderr, err)
	}
	fmt.Fprintf(stdout, "%s is there; its README.md says what to put where. `aug train --config %s` trains it as it is\n",
		rest[0], filepath.ToSlash(filepath.Join(rest[0], "experiment.json")))
	return exitOK
}

func describe(d *datasets.Dataset) shown {
	s := shown{Name: d.Name, Split: d.Split, Settings: d.Settings, Hash: d.Hash, Samples: d.Len(), Classes: d.Classes, Counts: map[string]map[string]int{}}
	for _, m := range d.Modalities {
		s.Modalities = append(s.Modalities, shownModality{m.Name, string(m.Kind), m.Shape})
	}
	for _, p := range datasets.Parts {
		s.Counts[p.String()] = map[string]int{}
	}
	for i, part := range d.Parts {
		s.Counts[part.String()][d.Classes[d.Labels[i]]]++
	}
	return s
}

func (s shown) print(out io.Writer) {
	fmt.Fprintf(out, "%s, split %d: %d samples, %d classes\n", s.Name, s.Split, s.Samples, len(s.Classes))
	for _, key := range slices.Sorted(maps.Keys(s.Settings)) {
		fmt.Fprintf(out, "  setting %s = %s\n", key, s.Settings[key])
	}
	for _, m := range s.Modalities {
		fmt.Fprintf(out, "  modality %s: %s %v\n", m.Name, m.Kind, m.Shape)
	}
	fmt.Fprintf(out, "  hash %s\n\n", s.Hash)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "CLASS\t")
	for _, p := range datasets.Parts {
		fmt.Fprintf(w, "%s\t", strings.ToUpper(p.String()))
	}
	fmt.Fprintln(w)
	total := map[string]int{}
	for _, class := range s.Classes {
		fmt.Fprintf(w, "%s\t", class)
		for _, p := range datasets.Parts {
			n := s.Counts[p.String()][class]
			total[p.String()] += n
			fmt.Fprintf(w, "%d\t", n)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "all\t")
	for _, p := range datasets.Parts {
		fmt.Fprintf(w, "%d\t", total[p.String()])
	}
	fmt.Fprintln(w)
	w.Flush()
}

// settingsFlag collects --set name=value.
type settingsFlag map[string]string

// String is empty: there is no default to show.
func (s settingsFlag) String() string { return "" }

// Set takes one name=value.
func (s settingsFlag) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return errors.New("write name=value")
	}
	s[name] = value
	return nil
}

func printJSON(flags *flag.FlagSet, value any, stdout, stderr io.Writer) int {
	out := json.NewEncoder(stdout)
	out.SetIndent("", "  ")
	if err := out.Encode(value); err != nil {
		return failed(flags, stderr, err)
	}
	return exitOK
}
