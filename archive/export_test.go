package archive

// TakeInPartsFrom sets from what size on values are verified and copied in parts.
func (a *Archive) TakeInPartsFrom(bytes int64) { a.inPartsFrom = bytes }
