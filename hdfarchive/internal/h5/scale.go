package h5

/*
#include "scale.h"
*/
import "C"

// Scales names the dimensions of datasets of one group.
type Scales struct {
	Scales []Scale
	Axes   []Axes
}

// Scale is a dataset with the coordinates of a dimension.
type Scale struct {
	Name string
	// Length makes a scale without coordinates, of a dimension that long, where there
	// must be no child of this name. It is 0 for a dataset that is there.
	Length int
}

// Axes names the dimensions of a dataset that is not a scale: by the places of their
// scales among all, or by texts without NUL.
type Axes struct {
	Dataset string
	Scales  []int
	Labels  []string // where there are no Scales
}

// SetScales makes children of g dimension scales, and names dimensions of others by
// them, as the functions H5DS of HDF5 do and netCDF reads it.
func (g *Group) SetScales(s *Scales) error {
	edges := 0
	for _, a := range s.Axes {
		edges += len(a.Scales)
	}
	req := le.AppendUint32(nil, uint32(len(s.Scales)))
	req = le.AppendUint32(req, uint32(len(s.Axes)))
	req = le.AppendUint32(req, uint32(edges))
	for _, x := range s.Scales {
		if err := checkName("name dimensions", x.Name); err != nil {
			return err
		}
		req = appendText(req, x.Name)
		req = le.AppendUint64(req, uint64(x.Length))
	}
	for _, a := range s.Axes {
		if err := checkName("name dimensions", a.Dataset); err != nil {
			return err
		}
		req = appendText(req, a.Dataset)
		if a.Scales != nil {
			req = append(le.AppendUint32(req, uint32(len(a.Scales))), 1)
			for _, k := range a.Scales {
				req = le.AppendUint32(req, uint32(k))
			}
			continue
		}
		req = append(le.AppendUint32(req, uint32(len(a.Labels))), 0)
		for _, label := range a.Labels {
			req = appendText(req, label)
		}
	}
	p, n := request(req)
	return g.f.use("name dimensions", "", func(r *C.k_reply) C.int { return C.k_set_scales(g.id, p, n, r) }, nil)
}
