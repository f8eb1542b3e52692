package cremad

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The folders of the layout.
const (
	soundFolder = "AudioWAV"
	frameFolder = "Image-01-FPS"
)

// extract is the command that makes the pictures: frames 0, 29, 58 … of a clip of 29.97 frames a second, as OGM-GE's
// data/CREMAD/video_preprocessing.py takes them.
const extract = `for f in VideoFlash/*.flv; do d=Image-01-FPS/$(basename "$f" .flv); mkdir -p "$d"; ` +
	`ffmpeg -v error -i "$f" -vf "select=not(mod(n\,29))" -fps_mode passthrough -q:v 2 "$d/%05d.jpg" </dev/null; done`

// howTo says where the data comes from.
const howTo = `its files cannot be fetched by this program. Clone CheyneyComputerScience/CREMA-D with git-lfs ` +
	`(git lfs pull --include "AudioWAV,VideoFlash"), put train.csv and test.csv of GeWu-Lab/OGM-GE_CVPR2022 ` +
	`(data/CREMAD) into that folder, extract the pictures there with
	` + extract + `
and run: aug data get cremad --from FOLDER`

// scan reads the lists of a folder and finds the files of every clip they name.
func scan(ctx context.Context, from string) (*index, error) {
	from, err := filepath.Abs(from)
	if err != nil {
		return nil, fmt.Errorf("cremad: %w", err)
	}
	if info, err := os.Stat(from); err != nil {
		return nil, fmt.Errorf("cremad: open the folder of --from: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("cremad: %s is a file; name the folder that holds %s and %s", from, soundFolder, frameFolder)
	}
	x := &index{From: from}
	home := make(map[string]string)
	for _, list := range []string{"train.csv", "test.csv"} {
		rows, name, err := readList(from, list)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if home[r.id] != "" {
				return nil, fmt.Errorf("cremad: clip %s is in both %s and %s; take it out of one", r.id, home[r.id], name)
			}
			home[r.id] = name
			x.Clips = append(x.Clips, clip{ID: r.id, Class: r.class, Test: list == "test.csv"})
		}
	}
	for _, need := range []struct{ dir, mend string }{
		{soundFolder, "name the folder of the clone with --from"},
		{frameFolder, "extract the pictures there with\n\t" + extract},
	} {
		if info, err := os.Stat(filepath.Join(from, need.dir)); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("cremad: %s has no folder %s; %s", from, need.dir, need.mend)
		}
	}
	slices.SortFunc(x.Clips, func(a, b clip) int { return strings.Compare(a.ID, b.ID) })
	if err := x.find(ctx); err != nil {
		return nil, err
	}
	return x, nil
}

// readList reads a list from the folder, or from its annotations, where the released code has it.
func readList(from, list string) (rows []row, name string, err error) {
	var data []byte
	for _, dir := range []string{"", "annotations"} {
		name = filepath.Join(from, dir, list)
		if data, err = os.ReadFile(name); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", fmt.Errorf("cremad: there is no %s in %s or its folder annotations; take that of "+
			"GeWu-Lab/OGM-GE_CVPR2022 (data/CREMAD) (%w)", list, from, fs.ErrNotExist)
	case err != nil:
		return nil, "", fmt.Errorf("cremad: read the list: %w", err)
	}
	if rows, err = parseList(data); err != nil {
		return nil, "", fmt.Errorf("cremad: %s: %w", name, err)
	}
	return rows, name, nil
}

// find moves the clips that lack a file to Missing and notes the pictures of the others.
func (x *index) find(ctx context.Context) error {
	listed := x.Clips
	x.Clips = nil
	for _, c := range listed {
		if err := ctx.Err(); err != nil {
			return err
		}
		sound := c.sound()
		if info, err := os.Stat(filepath.Join(x.From, sound)); errors.Is(err, fs.ErrNotExist) {
			x.Missing = append(x.Missing, c.ID+" has no "+filepath.ToSlash(sound))
			continue
		} else if err != nil {
			return fmt.Errorf("cremad: %w", err)
		} else if !info.Mode().IsRegular() {
			return fmt.Errorf("cremad: %s is no file; put the recording there", filepath.Join(x.From, sound))
		}
		entries, err := os.ReadDir(filepath.Join(x.From, frameFolder, c.ID)) // in the order of names
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cremad: %w", err)
		}
		for _, e := range entries {
			if ext := strings.ToLower(filepath.Ext(e.Name())); !e.IsDir() && (ext == ".jpg" || ext == ".jpeg") {
				c.Frames = append(c.Frames, e.Name())
			}
		}
		if len(c.Frames) == 0 {
			x.Missing = append(x.Missing, fmt.Sprintf("%s has no picture in %s/%s", c.ID, frameFolder, c.ID))
			continue
		}
		x.Clips = append(x.Clips, c)
	}
	if len(x.Clips) == 0 {
		return fmt.Errorf("cremad: none of the %d clips of the lists has its files in %s; the first: %s",
			len(listed), x.From, x.Missing[0])
	}
	return nil
}

// sound is the path of the recording in the folder.
func (c clip) sound() string { return filepath.Join(soundFolder, c.ID+".wav") }

// picture is the path of a frame in the folder.
func (c clip) picture(k int) string { return filepath.Join(frameFolder, c.ID, c.Frames[k]) }
