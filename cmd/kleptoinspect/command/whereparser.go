package command

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxNesting bounds the parentheses and negations of a condition.
const maxNesting = 100

func parseWhere(s string) (condition, error) {
	p := &whereParser{in: s}
	if err := p.next(); err != nil {
		return nil, err
	}
	c, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.token != "" {
		return nil, p.errorf("%q is not expected here", p.token)
	}
	return c, nil
}

type whereParser struct {
	in    string
	pos   int    // where the token begins
	end   int    // and ends
	token string // "" at the end
}

func (p *whereParser) errorf(format string, args ...any) error {
	return usagef("--where: at position %d: %s", utf8.RuneCountInString(p.in[:p.pos])+1, fmt.Sprintf(format, args...))
}

func isName(r rune) bool {
	return r == '_' || r == '.' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// next reads a token.
func (p *whereParser) next() error {
	p.pos = p.end
	for p.pos < len(p.in) && strings.ContainsRune(" \t\n", rune(p.in[p.pos])) {
		p.pos++
	}
	rest := p.in[p.pos:]
	if rest == "" {
		p.token, p.end = "", p.pos
		return nil
	}
	n := 0
	switch first, width := utf8.DecodeRuneInString(rest); {
	case first == '"' || first == '\'':
		i := strings.IndexRune(rest[1:], first)
		if i < 0 {
			return p.errorf("the string has no end")
		}
		n = i + 2
	case isName(first), (first == '-' || first == '+') && len(rest) > 1 && strings.ContainsRune("0123456789.IN", rune(rest[1])):
		for n = width; n < len(rest); {
			r, w := utf8.DecodeRuneInString(rest[n:])
			exponent := (r == '-' || r == '+') && strings.ContainsAny(rest[n-1:n], "eE") && strings.ContainsRune("0123456789.-+", first)
			if !isName(r) && !exponent {
				break
			}
			n += w
		}
	case first == utf8.RuneError:
		return p.errorf("the text is not UTF-8")
	default:
		for _, op := range []string{"<=", ">=", "==", "!=", "&&", "||", "<", ">", "=", "!", "(", ")"} {
			if strings.HasPrefix(rest, op) {
				n = len(op)
				break
			}
		}
		if n == 0 {
			return p.errorf("%q is not part of a condition", first)
		}
	}
	p.end = p.pos + n
	p.token = p.in[p.pos:p.end]
	return nil
}

func (p *whereParser) or(depth int) (condition, error)  { return p.chain("||", depth, p.and) }
func (p *whereParser) and(depth int) (condition, error) { return p.chain("&&", depth, p.not) }

// chain parses operands joined by op.
func (p *whereParser) chain(op string, depth int, operand func(int) (condition, error)) (condition, error) {
	c, err := operand(depth)
	for err == nil && p.token == op {
		if err = p.next(); err != nil {
			break
		}
		var d condition
		if d, err = operand(depth); err == nil {
			c = &logic{and: op == "&&", a: c, b: d}
		}
	}
	return c, err
}

func (p *whereParser) not(depth int) (condition, error) {
	if depth > maxNesting {
		return nil, p.errorf("nested deeper than %d", maxNesting)
	}
	switch p.token {
	case "!":
		if err := p.next(); err != nil {
			return nil, err
		}
		c, err := p.not(depth + 1)
		return &not{c}, err
	case "(":
		if err := p.next(); err != nil {
			return nil, err
		}
		c, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.token != ")" {
			return nil, p.errorf("a ) is missing")
		}
		return c, p.next()
	}
	return p.comparison()
}

func (p *whereParser) comparison() (condition, error) {
	c := &comparison{}
	var err error
	if c.a, err = p.term(); err != nil {
		return nil, err
	}
	switch c.op = p.token; c.op {
	case "=":
		c.op = "=="
	case "<", "<=", ">", ">=", "==", "!=":
	default:
		return nil, p.errorf("a comparison is missing after %s: < <= > >= == or !=", c.a)
	}
	if err = p.next(); err != nil {
		return nil, err
	}
	c.b, err = p.term()
	return c, err
}

func (p *whereParser) term() (term, error) {
	t := p.token
	first, _ := utf8.DecodeRuneInString(t)
	switch {
	case t == "":
		return term{}, p.errorf("the condition ends too early")
	case first == '"' || first == '\'':
		return term{literal: textOf(t[1 : len(t)-1])}, p.next()
	case t == "true" || t == "false":
		return term{literal: cell{kind: boolean, b: t == "true"}}, p.next()
	}
	if strings.ContainsRune("0123456789.-+", first) || t == "Inf" || t == "NaN" {
		c, ok := parseNumber(t)
		if !ok {
			return term{}, p.errorf("%q is not a number", t)
		}
		return term{literal: c}, p.next()
	}
	if !isName(first) {
		return term{}, p.errorf("a name or a number is missing before %q", t)
	}
	return term{name: t}, p.next()
}

// parseNumber reads an integer, a float or a duration with its unit.
func parseNumber(s string) (cell, bool) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return cell{kind: numeric, n: integer(i)}, true
	}
	if u, err := strconv.ParseUint(s, 10, 64); err == nil {
		return cell{kind: numeric, n: number{kind: 'u', u: u}}, true
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return numericOf(f), true
	}
	if d, err := time.ParseDuration(s); err == nil {
		return cell{kind: duration, n: float(d.Seconds()), s: s}, true
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if f, err := strconv.ParseFloat(days, 64); err == nil {
			return cell{kind: duration, n: float(f * 86400), s: s}, true
		}
	}
	return cell{}, false
}
