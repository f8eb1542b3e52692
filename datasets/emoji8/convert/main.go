// Command convert makes emoji8.zip, the file that the emoji8 data set embeds, from three npm packages.
//
// Run it in datasets/emoji8; convert -help shows how. The same packages give the same bytes.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/augkit/aug/datasets"
	"github.com/augkit/aug/datasets/emoji8/internal/pack"
)

const size = 32 // pixels a side

// Checksums of the packages that this program was written for.
const (
	googleSum   = "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438"
	twitterSum  = "f64a530c63bca463bd8317fdc4615ce63a53a0c65018e4ce2d848aaba7a28877"
	emojilibSum = "7f9a6b43cff31d18985b7d65d11faba5bd971cbcc60020cf6d09322fbaaaf303"
)

const usage = `convert makes emoji8.zip from three npm packages.

Example:
  npm pack emoji-datasource-google@16.0.0     # 74 MB
  npm pack emoji-datasource-twitter@16.0.0    # 62 MB
  npm pack emojilib@4.0.3
  go run ./datasets/emoji8/convert \
    -google emoji-datasource-google-16.0.0.tgz \
    -twitter emoji-datasource-twitter-16.0.0.tgz \
    -emojilib emojilib-4.0.3.tgz \
    -out datasets/emoji8/emoji8.zip

Flags:
`

func main() {
	var in inputs
	flag.StringVar(&in.google, "google", "", "the emoji-datasource-google package, a .tgz file")
	flag.StringVar(&in.twitter, "twitter", "", "the emoji-datasource-twitter package, a .tgz file")
	flag.StringVar(&in.emojilib, "emojilib", "", "the emojilib package, a .tgz file")
	out := flag.String("out", "emoji8.zip", "the file to write")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "convert:", err)
		os.Exit(1)
	}
}

type inputs struct{ google, twitter, emojilib string }

func run(in inputs, out string) error {
	if in.google == "" || in.twitter == "" || in.emojilib == "" {
		return errors.New("-google, -twitter and -emojilib are all needed; see -help")
	}
	google, err := readPackage(in.google, googleSum, "package/emoji.json", "package/img/google/64/")
	if err != nil {
		return err
	}
	twitter, err := readPackage(in.twitter, twitterSum, "package/img/twitter/64/")
	if err != nil {
		return err
	}
	lib, err := readPackage(in.emojilib, emojilibSum, "package/dist/emoji-en-US.json")
	if err != nil {
		return err
	}
	block, err := build(google, twitter, lib)
	if err != nil {
		return err
	}
	split(block)
	var buf bytes.Buffer
	if err := pack.Encode(&buf, block); err != nil {
		return err
	}
	if err := os.WriteFile(out, buf.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d items × %d drawings, %d bytes\n", out, len(block.Items), len(block.Drawings), buf.Len())
	return nil
}

// split groups the items and stores split 0. It is spread by subcategory, so that it serves both kinds of label.
func split(b *pack.Block) {
	names, codes := make([]string, len(b.Items)), make([]string, len(b.Items))
	for i, it := range b.Items {
		names[i], codes[i] = it.Name, it.Code
	}
	groups := pack.Groups(names, codes)
	for i, p := range datasets.FoldSplit(b.Subcategories(), groups, 0) {
		b.Items[i].Group, b.Items[i].Part = groups[i], p.String()
	}
}
