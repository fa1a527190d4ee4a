// Kleptoinspect looks into archives of memoized results: which functions, which
// calls with which arguments, what they returned, and how it looks; and into HDF5 files
// of other programs. What changes an archive are copy, merge, rm, compact and recover,
// and they only, but that every command first brings into the file what a killed program
// had committed to the journal beside it.
//
//	kleptoinspect info results.h5
//	kleptoinspect ls results.h5 --where 'F<0.03 && k>=0.05' --sort -seconds
//	kleptoinspect show results.h5 9f3c
//	kleptoinspect tree results.h5
//	kleptoinspect plot results.h5 --at F=0.03,k=0.06 --member u -o u.png
//	kleptoinspect plot results.h5 --x F --y k --z mean
//	kleptoinspect verify results.h5
//	kleptoinspect diff laptop.h5 cluster.h5 --rtol 1e-9
//	kleptoinspect merge all.h5 node1.h5 node2.h5
//	kleptoinspect rm results.h5 --where 'version=="1"'
//	kleptoinspect compact results.h5
//	kleptoinspect recover results.h5
//	kleptoinspect show other.h5 /run/1/u --slice 10:20,:
//
// Each command has --help; --json writes JSON whose fields package command
// documents. Shell completion of commands, flags, ids, functions and members:
//
//	source <(kleptoinspect completion bash)      # or zsh, fish, powershell
//
// NO_COLOR turns colours off, COLORTERM=truecolor says that the terminal has 24
// bits of them.
package main
