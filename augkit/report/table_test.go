package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	table := Table{Caption: "Protocol: a < b.", Header: []string{"method", "n"}, Rows: [][]string{{"a|b", "1 ± 2"}, {"<i>"}}}
	for _, c := range []struct{ name, got, want string }{
		{"Markdown", table.Markdown(), `| method | n |
| :--- | ---: |
| a\|b | 1 ± 2 |
| &lt;i> |  |

Protocol: a &lt; b.
`},
		{"text", table.String(), `method      n
──────  ─────
a|b     1 ± 2
<i>
Protocol: a < b.
`},
		{"HTML", table.HTML(), `<div style="overflow-x:auto;font-size:0.9em"><table>
<caption style="caption-side:bottom;text-align:left">Protocol: a &lt; b.</caption>
<thead>
<tr><th scope="col" style="text-align:left">method</th><th scope="col" style="text-align:right">n</th></tr>
</thead>
<tbody>
<tr><th scope="row" style="text-align:left;white-space:nowrap">a|b</th><td style="text-align:right;white-space:nowrap">1 ± 2</td></tr>
<tr><th scope="row" style="text-align:left;white-space:nowrap">&lt;i&gt;</th><td style="text-align:right;white-space:nowrap"></td></tr>
</tbody>
</table></div>
`},
	} {
		if d := cmp.Diff(c.want, c.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
