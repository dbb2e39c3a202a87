package main

import (
	"crypto/rand"
	"encoding/binary"
	"io"
	"sort"
	"strconv"
	"strings"
)

// Error numbers and types of preview1.
const (
	eagain, ebadf, echild, edeadlk, efault, einval, eio     = 6, 8, 10, 16, 21, 28, 29
	emfile, enametoolong, enoent, enoexec, enospc, enosys   = 33, 37, 44, 45, 51, 52
	enotdir, enotsup, eperm, epipe, espipe, esrch, etimeout = 54, 58, 63, 64, 70, 71, 73
	exdev                                                   = 75

	typeUnknown, typeCharacter, typeDirectory, typeFile = 0, 2, 3, 4

	pipeMax     = 64 << 20
	streamRight = 0x200042
)

// A pipe takes all that its writer has to say; cut says that it was more.
type pipe struct {
	bytes            []byte
	readers, writers int
	cut              bool
}

type fileKind int

const (
	kindKernel fileKind = iota
	kindInput
	kindOutput
	kindPipe
	kindDevice
	kindMade
)

// An open file has as many owners as descriptors.
type file struct {
	kind    fileKind
	owners  int
	kind1   uint8  // its type, as preview1 tells
	preopen string // a directory that is open from the start
	flags   uint16

	fd     uint32    // kindKernel
	in     io.Reader // kindInput
	out    io.Writer // kindOutput
	pipe   *pipe     // kindPipe
	writes bool
	device string // kindDevice
	made   func(p *process, path string) *file
	names  func() []string
}

func (f *file) share() *file {
	f.owners++
	return f
}

func (c *call) release(f *file) {
	if f.owners--; f.owners > 0 {
		return
	}
	switch f.kind {
	case kindKernel:
		if f.preopen == "" {
			c.kernel.do(c.ctx, "fd_close", uint64(f.fd))
		}
	case kindPipe:
		if f.writes {
			f.pipe.writers--
		} else {
			f.pipe.readers--
		}
	}
}

func (c *call) newPipe() (*file, *file) {
	p := &pipe{readers: 1, writers: 1}
	return &file{kind: kindPipe, owners: 1, pipe: p}, &file{kind: kindPipe, owners: 1, pipe: p, writes: true}
}

// read gives how many bytes, or an error number.
func (p *process) read(f *file, to []byte, at *uint64) (int, uint32) {
	switch f.kind {
	case kindKernel:
		return p.call.kernel.move(p.call.ctx, false, f.fd, to, at)
	case kindInput:
		n, err := f.in.Read(to)
		if err != nil && err != io.EOF {
			return n, eio
		}
		return n, 0
	case kindDevice:
		if f.device == "null" {
			return 0, 0
		}
		for i := range to {
			to[i] = 0
		}
		if strings.HasSuffix(f.device, "random") {
			_, _ = rand.Read(to)
		}
		return len(to), 0
	case kindPipe:
		if f.writes {
			return 0, ebadf
		}
		if len(f.pipe.bytes) == 0 {
			if errno := p.call.feed(f.pipe); errno != 0 {
				return 0, errno
			}
		}
		n := copy(to, f.pipe.bytes)
		f.pipe.bytes = f.pipe.bytes[n:]
		if n == 0 && f.pipe.cut {
			return 0, eio
		}
		return n, 0
	}
	return 0, ebadf
}

func (p *process) write(f *file, bytes []byte, at *uint64) (int, uint32) {
	switch f.kind {
	case kindKernel:
		return p.call.kernel.move(p.call.ctx, true, f.fd, bytes, at)
	case kindOutput:
		if _, err := f.out.Write(bytes); err != nil {
			return 0, eio
		}
		return len(bytes), 0
	case kindDevice:
		if f.device == "full" {
			return 0, enospc
		}
		return len(bytes), 0
	case kindPipe:
		if !f.writes {
			return 0, ebadf
		}
		full := len(f.pipe.bytes)+len(bytes) > pipeMax
		f.pipe.cut = f.pipe.cut || full && f.pipe.readers > 0
		if full || f.pipe.readers == 0 {
			p.signal(sigpipe)
			return 0, epipe
		}
		f.pipe.bytes = append(f.pipe.bytes, bytes...)
		return len(bytes), 0
	}
	return 0, ebadf
}

// top is the directory above the granted ones, which nobody else makes up, with /dev below it; bin has the programs.
func (c *call) directories(preopens []string) {
	for i, name := range preopens {
		c.preopens = append(c.preopens, &file{kind: kindKernel, owners: 1, fd: uint32(3 + i), kind1: typeDirectory, preopen: name})
	}
	bin := &file{kind: kindMade, owners: 1, kind1: typeDirectory, preopen: "/bin"}
	bin.names = func() (ret []string) {
		for name := range c.programs {
			ret = append(ret, name)
		}
		sort.Strings(ret)
		return ret
	}
	bin.made = func(_ *process, path string) *file {
		if _, there := c.programs[path]; !there {
			return nil
		}
		return &file{kind: kindInput, owners: 0, kind1: typeFile, in: strings.NewReader("\x00asm\x01\x00\x00\x00")}
	}
	c.preopens = append(c.preopens, bin)
	top := &file{kind: kindMade, owners: 1, kind1: typeDirectory, preopen: "/"}
	top.names = func() (ret []string) {
		for _, one := range c.preopens[:len(c.preopens)-1] {
			ret = append(ret, strings.TrimPrefix(one.preopen, "/"))
		}
		return ret
	}
	top.made = func(p *process, path string) *file {
		if !strings.HasPrefix(path, "dev/") {
			return nil
		}
		device := path[4:]
		number, is := map[string]int{"stdin": 0, "stdout": 1, "stderr": 2}[device]
		if n, err := strconv.Atoi(strings.TrimPrefix(device, "fd/")); err == nil && strings.HasPrefix(device, "fd/") {
			number, is = n, true
		}
		if is {
			if f := p.fd(uint32(number)); f != nil && f.preopen != "" && p.fd(uint32(number+aside)) != nil {
				number += aside
			}
			return p.fd(uint32(number))
		}
		switch device {
		case "null", "zero", "full", "random", "urandom":
			return &file{kind: kindDevice, kind1: typeCharacter, device: device}
		}
		return nil
	}
	c.preopens = append(c.preopens, top)
}

// entries of a directory that is made up, as preview1 has them.
func entries(names []string, cookie uint64, room int) []byte {
	var ret []byte
	all := append([]string{".", ".."}, names...)
	for i := cookie; i < uint64(len(all)) && len(ret) < room; i++ {
		entry := make([]byte, 24, 24+len(all[i]))
		binary.LittleEndian.PutUint64(entry, i+1)
		binary.LittleEndian.PutUint32(entry[16:], uint32(len(all[i])))
		entry[20] = typeDirectory
		ret = append(append(ret, entry...), all[i]...)
	}
	if len(ret) > room {
		ret = ret[:room]
	}
	return ret
}
