package lint

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

const module = "github.com/klepto-go/klepto"

// room is what the packages below a folder may import, beside the standard
// library, each other and internal/.
type room struct {
	ours   []string // folders of this module, with all that those may import
	theirs []string // other modules, or folders in them
}

// house is the import table. Imports only point down: what a folder names in
// ours stands above it. Folders appear here once they are meant to exist.
var house = map[string]room{
	"internal": {},
	"rounding": {},
	"cache":    {},
	"value":    {theirs: []string{"gonum.org/v1/gonum/mat", "gonum.org/v1/gonum/blas", "github.com/fxamacker/cbor"}},
	// keymap knows gonum's matrices, which are keyed by content.
	"keymap":         {ours: []string{"rounding"}, theirs: []string{"gonum.org/v1/gonum/mat", "gonum.org/v1/gonum/blas", "github.com/zeebo/xxh3", "github.com/zeebo/blake3", "golang.org/x/crypto/blake2b", "golang.org/x/sys/cpu", "github.com/fxamacker/cbor"}},
	"archive/driver": {ours: []string{"value", "keymap"}},
	"archive":        {ours: []string{"archive/driver"}, theirs: []string{"github.com/zeebo/xxh3"}},
	// The packages of kinds import archive to register their scheme and to hand
	// out the portable type. None imports another, or the root.
	"archive/drivertest": {ours: []string{"archive"}, theirs: []string{"github.com/zeebo/xxh3"}},
	"memarchive":         {ours: []string{"archive"}},
	"chainarchive":       {ours: []string{"archive"}},
	"filearchive":        {ours: []string{"archive"}, theirs: []string{"github.com/sbinet/npyio", "golang.org/x/sys"}},
	"hdfarchive":         {ours: []string{"archive", "hdfarchive/internal/h5"}, theirs: []string{"gonum.org/v1/hdf5", "golang.org/x/sys", "github.com/zeebo/xxh3", "github.com/klauspost/compress"}},
	// h5 knows files and bytes, and nothing of entries.
	"hdfarchive/internal/h5": {theirs: []string{"gonum.org/v1/hdf5", "golang.org/x/sys"}},
	"arrowarchive":           {ours: []string{"archive"}, theirs: []string{"github.com/apache/arrow/go/v15", "golang.org/x/sys"}},
	"sqlarchive":             {ours: []string{"archive"}, theirs: []string{"modernc.org/sqlite", "github.com/jackc/pgx/v5"}},
	"redisarchive":           {ours: []string{"archive"}, theirs: []string{"github.com/redis/go-redis"}},
	"mongoarchive":           {ours: []string{"archive"}, theirs: []string{"go.mongodb.org/mongo-driver"}},
	"blobarchive":            {ours: []string{"archive"}, theirs: []string{"gocloud.dev", "github.com/aws", "github.com/minio"}},
	".":                      {ours: []string{"rounding", "keymap", "cache", "archive"}},
	"sweep":                  {ours: []string{"."}, theirs: []string{"gonum.org/v1/gonum", "golang.org/x/term"}},
	"notebook":               {ours: []string{"archive", "sweep", "notebook/render"}, theirs: []string{"gonum.org/v1/plot", "gonum.org/v1/gonum", "github.com/janpfeifer/gonb", "golang.org/x/term"}},
	"notebook/render":        {ours: []string{"archive"}, theirs: []string{"gonum.org/v1/plot", "gonum.org/v1/gonum", "golang.org/x/term", "golang.org/x/image"}},
	"cmd":                    {ours: everything, theirs: []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term"}},
	"examples":               {ours: everything, theirs: []string{"gonum.org/v1"}},
}

// everything is what programs may import.
var everything = []string{".", "sweep", "notebook", "notebook/render",
	"memarchive", "chainarchive", "filearchive", "hdfarchive", "arrowarchive", "sqlarchive", "redisarchive", "mongoarchive", "blobarchive"}

// single are the folders that alone may import a package, whatever the rest of
// their room may.
var single = map[string]string{
	"C":                              "hdfarchive/internal/h5",
	"github.com/apache/arrow/go/v15": "arrowarchive/internal/ipc",
}

// forTests are what tests may import beside what their package may.
var forTests = []string{"github.com/google/go-cmp", "gonum.org/v1/gonum", "github.com/zeebo/xxh3", "pgregory.net/rapid", "github.com/anishathalye/porcupine"}

// NeedsCgo reports whether a folder may reach cgo: HDF5 and the programs that
// use it.
func NeedsCgo(folder string) bool {
	return within(folder, "hdfarchive") || within(folder, "cmd") || within(folder, "examples")
}

// Folder returns the folder of a package of this module, "." for the root, from
// its import path as the go command prints it; false for packages of others.
func Folder(importPath string) (string, bool) {
	importPath, _, _ = strings.Cut(importPath, " ") // the package as compiled for a test
	importPath = strings.TrimSuffix(strings.TrimSuffix(importPath, ".test"), "_test")
	below, ours := strings.CutPrefix(importPath, module)
	return cmp.Or(strings.TrimPrefix(below, "/"), "."), ours && (below == "" || below[0] == '/')
}

// roomOf returns the innermost folder of the table that holds a package, "" if none.
func roomOf(folder string) string {
	for f := folder; ; {
		if _, ok := house[f]; ok {
			return f
		}
		i := strings.LastIndexByte(f, '/')
		if i < 0 {
			return ""
		}
		f = f[:i]
	}
}

// reach returns all rooms that a room may import: those it names, and theirs.
func reach(name string) []string {
	seen := map[string]bool{name: true, "internal": true}
	var add func(string)
	add = func(name string) {
		for _, n := range house[name].ours {
			if !seen[n] {
				seen[n] = true
				add(n)
			}
		}
	}
	add(name)
	return slices.Sorted(maps.Keys(seen))
}

// within reports whether a path is a folder or lies below it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func withinAny(path string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return within(path, f) })
}
