package driver

import "errors"

// Errors that every driver uses, tested with errors.Is. archive re-exports them.
var (
	// ErrNotFound: no entry with this key.
	ErrNotFound = errors.New("entry not found")
	// ErrCorrupt: stored bytes fail a check; the message says which and what to do.
	ErrCorrupt = errors.New("damaged")
	// ErrFormat: the file or folder is not an archive of this kind.
	ErrFormat = errors.New("not an archive of this kind")
	// ErrVersion: the archive was written in a format version this build does not know.
	ErrVersion = errors.New("unsupported format version")
	// ErrReadOnly: a write to an archive that is open for reading or in a read-only place.
	ErrReadOnly = errors.New("read-only")
	// ErrLocked: another process holds the archive.
	ErrLocked = errors.New("locked by another process")
	// ErrClosed: the archive was closed.
	ErrClosed = errors.New("closed")
	// ErrURL: the archive URL cannot be used; the message says why.
	ErrURL = errors.New("bad archive URL")
)
