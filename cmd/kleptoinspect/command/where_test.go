package command_test

import (
	"testing"

	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
)

func TestParseWhere(t *testing.T) {
	for in, want := range map[string]string{
		"F<0.03":                 "(F < 0.03)",
		"a<1&&b>2||c==3":         "(((a < 1) && (b > 2)) || (c == 3))",
		"a<1||b>2&&c=3":          "((a < 1) || ((b > 2) && (c == 3)))",
		"a<1 && b<2 && c<3":      "(((a < 1) && (b < 2)) && (c < 3))",
		"!a<1":                   "!(a < 1)",
		"!(a<1 || !(b!=2))":      "!((a < 1) || !(b != 2))",
		"((a<1))":                "(a < 1)",
		"-1.5e-3<=grid.nx":       "(-0.0015 <= grid.nx)",
		"x==1e+5":                "(x == 100000)",
		`name=="a b" && n!='c"'`: `((name == "a b") && (n != 'c"'))`,
		"age<1.5h":               "(age < 1.5h)",
		"age<2d":                 "(age < 2d)",
		"fast==true":             "(fast == true)",
		"ν>=0.1":                 "(ν >= 0.1)",
		"a<b":                    "(a < b)",
		"x==-Inf":                "(x == -Inf)",
	} {
		got, err := command.ParseWhere(in)
		if err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "F", "F<", "<1", "F<1 &&", "F<1 & k>2", "(F<1", "F<1)", "F<1 k>2", `F=="a`, "F<1x", "F<>1", "F=<1",
		"F<\xff", "1.2.3<F", "&&", "!", "F ~ 1"} {
		if got, err := command.ParseWhere(in); err == nil {
			t.Errorf("%q is accepted as %s", in, got)
		}
	}
}

// A condition in normal form parses to itself, and nothing panics.
func FuzzParseWhere(f *testing.F) {
	for _, s := range []string{"F<0.03 && k>=0.05", `!(a=="x" || b!=1h)`, "((((", "!!!!a<1", "a<'\"'", "-1<ν", "x==1e+", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		normal, err := command.ParseWhere(s)
		if err != nil {
			return
		}
		if _, err := command.ParseWhere(normal); err != nil && len(s) < 100 {
			t.Errorf("%q became %q: %v", s, normal, err)
		}
	})
}
