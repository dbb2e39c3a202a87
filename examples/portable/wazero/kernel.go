package main

import (
	"context"
	"encoding/binary"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// The kernel keeps the files of a call, shared by all of its processes: a module that imports preview1's functions on descriptors and
// paths, and does nothing but call them.  wazero's own WASI then works on its memory and its descriptors.
type kernel struct {
	module  api.Module
	memory  api.Memory
	wrapped map[string]api.Function
}

const (
	kernelWasi = "wasi_kernel" // wazero's own, beside what processes import

	scratch = 1 << 16 // paths and small answers, then data
	data    = 1 << 20
)

// The parameters of preview1's functions: f a descriptor, v a value of 32 bits, w of 64, p a path (address and length), b a place for
// bytes (address and length), a digit: a place for so many times 8 bytes.  i: vectors, as they are.
var calls = map[string]string{
	"fd_advise": "fwwv", "fd_allocate": "fww", "fd_close": "f", "fd_datasync": "f", "fd_sync": "f", "fd_fdstat_get": "f3",
	"fd_fdstat_set_flags": "fv", "fd_filestat_get": "f8", "fd_filestat_set_size": "fw", "fd_filestat_set_times": "fwwv",
	"fd_prestat_get": "f1", "fd_prestat_dir_name": "fb", "fd_read": "fi1", "fd_pread": "fiw1", "fd_readdir": "fbw1",
	"fd_seek": "fwv1", "fd_tell": "f1", "fd_write": "fi1", "fd_pwrite": "fiw1", "path_create_directory": "fp",
	"path_filestat_get": "fvp8", "path_filestat_set_times": "fvpwwv", "path_link": "fvpfp", "path_open": "fvpvwwv1",
	"path_readlink": "fpb1", "path_remove_directory": "fp", "path_rename": "fpfp", "path_symlink": "pfp", "path_unlink_file": "fp",
}

// types gives the WebAssembly types of the parameters.
func types(pattern string) (ret []api.ValueType) {
	for _, kind := range pattern {
		switch kind {
		case 'w':
			ret = append(ret, api.ValueTypeI64)
		case 'p', 'b', 'i':
			ret = append(ret, api.ValueTypeI32, api.ValueTypeI32)
		default:
			ret = append(ret, api.ValueTypeI32)
		}
	}
	return ret
}

func leb(n int) (ret []byte) {
	for {
		b := byte(n & 0x7f)
		n >>= 7
		if n == 0 {
			return append(ret, b)
		}
		ret = append(ret, b|0x80)
	}
}

func name(text string) []byte { return append(leb(len(text)), text...) }

// section puts its kind and size in front of a list of items.
func section(kind byte, items [][]byte) []byte {
	body := leb(len(items))
	for _, item := range items {
		body = append(body, item...)
	}
	return append(append([]byte{kind}, leb(len(body))...), body...)
}

// kernelCode is the module: each function with one of its own around it, and a memory.
func kernelCode() []byte {
	var kinds, imports, functions, exports, bodies [][]byte
	n := len(calls)
	for which, pattern := range calls {
		at := len(kinds)
		params := types(pattern)
		kind := append([]byte{0x60}, leb(len(params))...)
		body := []byte{0} // no locals
		for i, param := range params {
			kind = append(kind, param)
			body = append(append(body, 0x20), leb(i)...)
		}
		kinds = append(kinds, append(kind, 1, api.ValueTypeI32))
		body = append(append(append(body, 0x10), leb(at)...), 0x0b)
		imports = append(imports, append(append(append(name(kernelWasi), name(which)...), 0), leb(at)...))
		functions = append(functions, leb(at))
		exports = append(exports, append(append(name(which), 0), leb(n+at)...))
		bodies = append(bodies, append(leb(len(body)), body...))
	}
	exports = append(exports, append(name("memory"), 2, 0))
	ret := []byte{0, 'a', 's', 'm', 1, 0, 0, 0}
	ret = append(ret, section(1, kinds)...)
	ret = append(ret, section(2, imports)...)
	ret = append(ret, section(3, functions)...)
	ret = append(ret, section(5, [][]byte{{0, 32}})...)
	ret = append(ret, section(7, exports)...)
	return append(ret, section(10, bodies)...)
}

func newKernel(ctx context.Context, r wazero.Runtime, config wazero.ModuleConfig) (*kernel, error) {
	module, err := r.InstantiateWithConfig(ctx, kernelCode(), config.WithName("kernel").WithStartFunctions())
	if err != nil {
		return nil, err
	}
	k := &kernel{module: module, memory: module.ExportedMemory("memory"), wrapped: map[string]api.Function{}}
	for which := range calls {
		k.wrapped[which] = module.ExportedFunction(which)
	}
	return k, nil
}

func (k *kernel) do(ctx context.Context, which string, args ...uint64) uint32 {
	ret, err := k.wrapped[which].Call(ctx, args...)
	if err != nil {
		panic(err)
	}
	return uint32(ret[0])
}

// preopens are the directories that are open from the start.
func (k *kernel) preopens(ctx context.Context) (names []string) {
	for fd := uint64(3); k.do(ctx, "fd_prestat_get", fd, 0) == 0; fd++ {
		n, _ := k.memory.ReadUint32Le(4)
		k.do(ctx, "fd_prestat_dir_name", fd, 8, uint64(n))
		text, _ := k.memory.Read(8, n)
		names = append(names, string(text))
	}
	return names
}

type answer struct{ to, here, n uint32 }

// call is a function of preview1 for a process with memory m; fdOf gives the kernel's descriptor for one of the process.
func (k *kernel) call(ctx context.Context, which string, a []uint64, m api.Memory, fdOf func(uint32) (uint32, uint32)) uint32 {
	var args []uint64
	var answers []answer
	var at, room uint32
	into := -1
	for _, kind := range calls[which] {
		switch kind {
		case 'f':
			fd, errno := fdOf(uint32(a[0]))
			if errno != 0 {
				return errno
			}
			args, a = append(args, uint64(fd)), a[1:]
		case 'v', 'w':
			args, a = append(args, a[0]), a[1:]
		case 'p':
			text, ok := m.Read(uint32(a[0]), uint32(a[1]))
			if !ok {
				return efault
			}
			if at+uint32(len(text)) > scratch-256 {
				return enametoolong
			}
			k.memory.Write(at, text)
			args = append(args, uint64(at), a[1])
			at, a = at+uint32(len(text)), a[2:]
		case 'b':
			room = uint32(a[1])
			if room > data {
				room = data
			}
			into = len(answers)
			answers = append(answers, answer{uint32(a[0]), scratch, room})
			args, a = append(args, scratch, uint64(room)), a[2:]
		default:
			n := uint32(kind-'0') * 8
			if which == "fd_read" || which == "path_open" || which == "fd_readdir" || which == "path_readlink" {
				n = 4
			}
			at = (at + 7) &^ 7
			answers = append(answers, answer{uint32(a[0]), at, n})
			args, a = append(args, uint64(at)), a[1:]
			at += n
		}
	}
	errno := k.do(ctx, which, args...)
	if errno != 0 {
		return errno
	}
	if into >= 0 && len(answers) > 1 {
		used, _ := k.memory.ReadUint32Le(answers[len(answers)-1].here)
		if used < room {
			answers[into].n = used
		}
	}
	for _, one := range answers {
		bytes, _ := k.memory.Read(one.here, one.n)
		if !m.Write(one.to, bytes) {
			return efault
		}
	}
	return 0
}

// move reads into, or writes from, bytes; at is nil for the descriptor's own place.
func (k *kernel) move(ctx context.Context, writes bool, fd uint32, bytes []byte, at *uint64) (int, uint32) {
	which := map[bool]string{false: "read", true: "write"}[writes]
	sum := 0
	for sum < len(bytes) {
		part := bytes[sum:]
		if len(part) > data {
			part = part[:data]
		}
		var vector [8]byte
		binary.LittleEndian.PutUint32(vector[:], scratch)
		binary.LittleEndian.PutUint32(vector[4:], uint32(len(part)))
		k.memory.Write(0, vector[:])
		if writes {
			k.memory.Write(scratch, part)
		}
		var errno uint32
		if at == nil {
			errno = k.do(ctx, "fd_"+which, uint64(fd), 0, 1, 8)
		} else {
			errno = k.do(ctx, "fd_p"+which, uint64(fd), 0, 1, *at+uint64(sum), 8)
		}
		if errno != 0 {
			if sum > 0 {
				break
			}
			return 0, errno
		}
		n, _ := k.memory.ReadUint32Le(8)
		if !writes {
			read, _ := k.memory.Read(scratch, n)
			copy(part, read)
		}
		sum += int(n)
		if int(n) < len(part) {
			break
		}
	}
	return sum, 0
}
