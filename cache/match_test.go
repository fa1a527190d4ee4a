package cache_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/cache"
)

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, key string
		want         bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "a/b\nc", true},
		{"a", "a", true}, {"a", "A", false}, {"a", "ab", false}, {"b", "ab", false},
		{"a*", "abc", true}, {"*c", "abc", true}, {"a*c*e", "abcde", true}, {"a*c*e", "abcd", false},
		{"a**b", "ab", true}, {"*ab", "aab", true}, {"*aab*", "aaab", true},
		{"?", "é", true}, {"?", "", false}, {"??", "a", false},
		{"[abc]", "b", true}, {"[abc]", "d", false}, {"[!abc]", "d", true}, {"[!abc]", "a", false},
		{"[a-c]", "b", true}, {"[c-a]", "b", false}, {"[a-]", "-", true}, {"[-a]", "-", true},
		{"[a-c-e]", "-", true}, {"[a-c-e]", "d", false}, {"[a-c-e]", "e", true},
		{"[]]", "]", true}, {"[!]]", "a", true}, {"[!]]", "]", false}, {"[]a]", "a", true},
		{"[", "[", true}, {"[a", "[a", true}, {"[!", "[!", true}, {"[]", "[]", true}, {"a[", "a[", true},
		{"[^a]", "^", true}, {"[^a]", "b", false}, {"[[]", "[", true}, {`\*`, `\x`, true}, {`[\]`, `\`, true},
		{"k[67]", "k6", true}, {"k.", "kx", false}, {"x(1|2)", "x(1|2)", true},
	} {
		if got := cache.Glob[string](c.pattern)(c.key); got != c.want {
			t.Errorf("Glob(%q)(%q) is %t", c.pattern, c.key, got)
		}
	}
}

func TestRegexpMatchesFromTheStart(t *testing.T) {
	type name string
	for _, c := range []struct {
		pattern string
		key     name
		want    bool
	}{
		{"k", "k1", true}, {"k", "1k", false}, {"k1$", "k12", false}, {"", "x", true}, {"b|ab", "ab", true}, {"(?i)K", "k", true},
	} {
		if got := cache.Regexp[name](regexp.MustCompile(c.pattern))(c.key); got != c.want {
			t.Errorf("Regexp(%q)(%q) is %t", c.pattern, c.key, got)
		}
	}
}

// A glob must agree with the regular expression that says the same.
func FuzzGlob(f *testing.F) {
	for _, s := range []string{"a*b?c", "**", "?*", "a.b", "", "x[yz"} {
		f.Add(s, "axbyc")
	}
	f.Fuzz(func(t *testing.T, pattern, key string) {
		glob := cache.Glob[string](pattern)
		got := glob(key)
		if strings.Contains(pattern, "[") {
			return // covered by the table; here only: no panic
		}
		var re strings.Builder
		re.WriteString(`(?s)\A`)
		for _, r := range pattern {
			switch r {
			case '*':
				re.WriteString(".*")
			case '?':
				re.WriteString(".")
			default:
				re.WriteString(regexp.QuoteMeta(string(r)))
			}
		}
		re.WriteString(`\z`)
		compiled, err := regexp.Compile(re.String())
		if err != nil {
			return
		}
		if want := compiled.MatchString(string([]rune(key))); got != want {
			t.Fatalf("Glob(%q)(%q) is %t", pattern, key, got)
		}
	})
}
