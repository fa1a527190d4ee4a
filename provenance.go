package klepto

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/klepto-go/klepto/archive"
)

// origin returns the provenance of everything that this process computes.
var origin = sync.OnceValue(func() archive.Provenance {
	p := archive.Provenance{Go: runtime.Version()}
	// A machine without a name computes all the same.
	if host, err := os.Hostname(); err == nil {
		p.Host = host
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return p
	}
	if p.Build = info.Main.Path; p.Build != "" && info.Main.Version != "" {
		p.Build += "@" + info.Main.Version
	}
	dirty := ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			p.VCS = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "+dirty"
			}
		}
	}
	if p.VCS != "" {
		p.VCS += dirty
	}
	return p
})
