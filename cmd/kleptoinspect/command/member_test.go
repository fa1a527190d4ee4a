package command_test

import (
	"slices"
	"testing"
)

// The name of a table or struct shows all that is in it, as plot draws all of a table.
func TestShowMembers(t *testing.T) {
	url := demo(t)
	for _, c := range []struct {
		at, member string
		want       []string
	}{
		{"name='two words'", "[run]", []string{"[run].t", "[run].x", "[run].note"}},
		{"name='two words'", "run", []string{"[run].t", "[run].x", "[run].note"}},
		{"name='two words'", "[run].x", []string{"[run].x"}},
		{"name='two words'", "[ru", nil},
		{"F=0.02,k=0.05", "u", []string{"u"}},
	} {
		args := []string{"show", url, "--at", c.at, "--member", c.member, "--json"}
		if c.want == nil {
			if stdout, stderr, code := run(t, args...); code != 1 {
				t.Errorf("%q: exit %d, %s%s", c.member, code, stdout, stderr)
			}
			continue
		}
		var got []string
		for _, m := range document(t, args[:len(args)-1]...)["members"].([]any) {
			got = append(got, m.(map[string]any)["path"].(string))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q shows %q, want %q", c.member, got, c.want)
		}
	}
}
