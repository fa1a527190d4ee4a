package cache

import (
	"regexp"
	"slices"
)

// Regexp returns a match for GetWhere and DeleteWhere: keys that the expression
// matches from their first byte on, not necessarily to their end.
func Regexp[K ~string](re *regexp.Regexp) func(K) bool {
	return func(k K) bool {
		at := re.FindStringIndex(string(k)) // the leftmost match: if any starts at 0, this one
		return at != nil && at[0] == 0
	}
}

// Glob returns a match for GetWhere and DeleteWhere: keys that the pattern matches
// as a whole and in their case. As in Python's fnmatch, * stands for any text, ?
// for any character, [abc], [a-z] and [!a-z] for a choice of characters, and all
// else, a [ without ] included, for itself.
func Glob[K ~string](pattern string) func(K) bool {
	g := parseGlob([]rune(pattern))
	return func(k K) bool { return g.match([]rune(string(k))) }
}

type glob []globPart

// globPart matches one character, or with star any number.
type globPart struct {
	star   bool
	any    bool
	negate bool
	ranges [][2]rune
}

func parseGlob(p []rune) (g glob) {
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '*':
			g = append(g, globPart{star: true})
		case '?':
			g = append(g, globPart{any: true})
		case '[':
			part, n := parseClass(p[i+1:])
			g = append(g, part)
			i += n
		default:
			g = append(g, globPart{ranges: [][2]rune{{p[i], p[i]}}})
		}
	}
	return g
}

// parseClass reads what follows a [ up to its ] and returns how much that is.
func parseClass(p []rune) (part globPart, n int) {
	set := p
	if len(set) > 0 && set[0] == '!' {
		part.negate = true
		set = set[1:]
	}
	end := -1
	if len(set) > 0 {
		end = slices.Index(set[1:], ']') // a ] in the first place stands for itself
	}
	if end < 0 {
		return globPart{ranges: [][2]rune{{'[', '['}}}, 0
	}
	n = len(p) - len(set) + end + 2
	for set = set[:end+1]; len(set) > 0; {
		if len(set) >= 3 && set[1] == '-' {
			part.ranges = append(part.ranges, [2]rune{set[0], set[2]})
			set = set[3:]
		} else {
			part.ranges = append(part.ranges, [2]rune{set[0], set[0]})
			set = set[1:]
		}
	}
	return part, n
}

func (p *globPart) matches(r rune) bool {
	if p.any {
		return true
	}
	for _, in := range p.ranges {
		if in[0] <= r && r <= in[1] {
			return !p.negate
		}
	}
	return p.negate
}

// match tries the text from left to right; on a mismatch it lets the last star
// take one more character, so its time is at most pattern × text.
func (g glob) match(s []rune) bool {
	at, text := 0, 0
	star, from := -1, 0
	for text < len(s) {
		switch {
		case at < len(g) && g[at].star:
			star, from = at, text
			at++
		case at < len(g) && g[at].matches(s[text]):
			at++
			text++
		case star >= 0:
			from++
			at, text = star+1, from
		default:
			return false
		}
	}
	for at < len(g) && g[at].star {
		at++
	}
	return at == len(g)
}
