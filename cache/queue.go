package cache

// queue evicts from one end of the main ring. With hits that renew it is LRU
// (oldest) or MRU (last); with hits that do nothing FIFO or LIFO.
type queue struct {
	*order
	last bool
}

func (p *queue) insert(i int32, _ entry) { p.push(0, i) }
func (p *queue) update(i int32, _ entry) { p.renew(i) }
func (p *queue) remove(i int32)          { p.unlink(i) }
func (p *queue) clear()                  {}

func (p *queue) victim() int32 {
	if p.last {
		return p.newest(0)
	}
	return p.oldest(0)
}
