package klepto

// ForgetNames makes the names of all memos that were never closed free again.
func ForgetNames() {
	names.Lock()
	defer names.Unlock()
	clear(names.claims)
}
