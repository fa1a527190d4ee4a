package hdfarchive

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

var params = []string{"mode", "sync", "compress", "level", "fletcher32", "nexus"} // and wait, of hdf:

func init() {
	archive.Register("hdf", &archive.Scheme{
		Params: append([]string{"wait"}, params...),
		Open: func(_ context.Context, u *archive.URL) (driver.Archive, error) {
			path, o, err := options(u)
			if err != nil {
				return nil, err
			}
			return openFile(path, o)
		},
		Probe: probeFile,
	})
	archive.Register("hdfdir", &archive.Scheme{
		Params: params,
		Open: func(_ context.Context, u *archive.URL) (driver.Archive, error) {
			path, o, err := options(u)
			if err != nil {
				return nil, err
			}
			return openDir(path, o)
		},
		Probe: func(path string) (bool, error) {
			m, err := readMarker(path)
			return err == nil && m.Format == dirFormat, nil // without a marker it is some folder, or a file
		},
	})
}

// options reads the parameters of a URL.
func options(u *archive.URL) (path string, o *Options, err error) {
	if path, err = u.FilePath(); err != nil {
		return "", nil, err
	}
	mode, err := u.Choice("mode", string(Create), string(ReadWrite), string(Read))
	if err != nil {
		return "", nil, err
	}
	sync, err := u.Choice("sync", string(SyncNormal), string(SyncFull), string(SyncOff))
	if err != nil {
		return "", nil, err
	}
	compress, err := u.Choice("compress", string(CompressNone), string(CompressGzip), string(CompressAuto))
	if err != nil {
		return "", nil, err
	}
	level := DefaultLevel
	if text, ok := u.Params["level"]; ok {
		if level, err = strconv.Atoi(text); err != nil || level < 1 || level > 9 {
			return "", nil, fmt.Errorf("%w: level=%q; it takes 1 (fast) to 9 (small)", driver.ErrURL, text)
		}
	}
	fletcher, err := u.Choice("fletcher32", "no", "yes")
	if err != nil {
		return "", nil, err
	}
	nexus, err := u.Choice("nexus", "no", "yes")
	if err != nil {
		return "", nil, err
	}
	o = &Options{Mode: Mode(mode), Sync: Sync(sync), Compress: Compression(compress), Level: level, Fletcher32: fletcher == "yes", NeXus: nexus == "yes"}
	if wait, ok := u.Params["wait"]; ok {
		if o.Wait, err = time.ParseDuration(wait); err != nil || o.Wait <= 0 {
			return "", nil, fmt.Errorf("%w: wait=%q; it takes a time above 0, like 500ms or 1m", driver.ErrURL, wait)
		}
	}
	return path, o, nil
}

// canonicalURL leaves out what is the default.
func canonicalURL(scheme, path string, o Options) string {
	u := &archive.URL{Scheme: scheme, Path: path, Params: map[string]string{}}
	if o.Mode != Create {
		u.Params["mode"] = string(o.Mode)
	}
	if o.Sync != SyncNormal {
		u.Params["sync"] = string(o.Sync)
	}
	if scheme == "hdf" && o.Wait != defaultWait {
		u.Params["wait"] = o.Wait.String()
	}
	if o.Compress != CompressNone {
		u.Params["compress"] = string(o.Compress)
	}
	if o.Level != DefaultLevel {
		u.Params["level"] = strconv.Itoa(o.Level)
	}
	if o.Fletcher32 {
		u.Params["fletcher32"] = "yes"
	}
	if o.NeXus {
		u.Params["nexus"] = "yes"
	}
	return u.String()
}

// probeFile recognizes an archive by the attribute of its root group.
func probeFile(path string) (bool, error) {
	if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
		return false, err
	}
	if yes, err := h5.IsHDF5(path); err != nil || !yes {
		return false, err
	}
	s, err := acquire(path, Options{Mode: Read})
	if err != nil {
		return false, ignoreForeign(err)
	}
	return true, s.release()
}

func readOnly(path string) error {
	return fmt.Errorf("%w: %s is open for reading; open it without mode=r to change it", driver.ErrReadOnly, path)
}
