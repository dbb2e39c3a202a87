package main

import (
	"crypto/rand"
	"encoding/binary"
	"strings"
	"time"
)

var began = time.Now()

// preview1 is one of its functions for process p: what is about files goes to the kernel.
func (p *process) preview1(which string, a []uint64) uint32 {
	switch which {
	case "args_get":
		return p.strings(p.args, uint32(a[0]), uint32(a[1]))
	case "args_sizes_get":
		return p.sizes(p.args, uint32(a[0]), uint32(a[1]))
	case "environ_get":
		return p.strings(p.env, uint32(a[0]), uint32(a[1]))
	case "environ_sizes_get":
		return p.sizes(p.env, uint32(a[0]), uint32(a[1]))
	case "clock_time_get":
		ns := uint64(time.Now().UnixNano())
		if a[0] != 0 {
			ns = uint64(time.Since(began))
		}
		p.memory.WriteUint64Le(uint32(a[2]), ns)
		return 0
	case "clock_res_get":
		p.memory.WriteUint64Le(uint32(a[1]), 1)
		return 0
	case "random_get":
		bytes, ok := p.memory.Read(uint32(a[0]), uint32(a[1]))
		if !ok {
			return efault
		}
		_, _ = rand.Read(bytes)
		return 0
	case "proc_exit":
		panic(&ended{process: p, code: uint32(a[0]) & 255})
	case "sched_yield":
		return 0
	case "poll_oneoff":
		return p.poll(uint32(a[0]), uint32(a[1]), uint32(a[2]), uint32(a[3]))
	}
	if strings.HasPrefix(which, "fd_") || strings.HasPrefix(which, "path_") {
		return p.onFile(which, a)
	}
	return enosys
}

func (p *process) strings(list []string, at, buffer uint32) uint32 {
	for _, text := range list {
		p.memory.WriteUint32Le(at, buffer)
		p.memory.Write(buffer, append([]byte(text), 0))
		at, buffer = at+4, buffer+uint32(len(text))+1
	}
	return 0
}

func (p *process) sizes(list []string, n, size uint32) uint32 {
	sum := 0
	for _, text := range list {
		sum += len(text) + 1
	}
	p.memory.WriteUint32Le(n, uint32(len(list)))
	p.memory.WriteUint32Le(size, uint32(sum))
	return 0
}

func (p *process) poll(from, to, n, ret uint32) uint32 {
	if n == 0 {
		return einval
	}
	var ready []uint32
	shortest := time.Duration(1<<63 - 1)
	var clock uint32
	for i := uint32(0); i < n; i++ {
		sub, _ := p.memory.Read(from+48*i, 48)
		if sub[8] != 0 {
			ready = append(ready, i)
			continue
		}
		wait := time.Duration(binary.LittleEndian.Uint64(sub[24:]))
		if binary.LittleEndian.Uint16(sub[40:])&1 != 0 {
			if binary.LittleEndian.Uint32(sub[16:]) == 0 {
				wait -= time.Duration(time.Now().UnixNano())
			} else {
				wait -= time.Since(began)
			}
		}
		if wait < shortest {
			shortest, clock = wait, i
		}
	}
	if len(ready) == 0 {
		until := time.Now().Add(shortest)
		p.call.idle()
		time.Sleep(time.Until(until))
		ready = append(ready, clock)
	}
	for k, i := range ready {
		sub, _ := p.memory.Read(from+48*i, 48)
		event := make([]byte, 32)
		copy(event, sub[:8])
		event[10] = sub[8]
		if sub[8] != 0 {
			event[16] = 1
		}
		p.memory.Write(to+32*uint32(k), event)
	}
	p.memory.WriteUint32Le(ret, uint32(len(ready)))
	return 0
}

func (p *process) onFile(which string, a []uint64) uint32 {
	first := a[0]
	if which == "path_symlink" {
		first = a[2]
	}
	f := p.fd(uint32(first))
	if f == nil {
		return ebadf
	}
	switch which {
	case "fd_close":
		delete(p.fds, uint32(a[0]))
		p.call.release(f)
		return 0
	case "fd_renumber":
		old := p.fd(uint32(a[1]))
		if old == nil {
			return ebadf
		}
		delete(p.fds, uint32(a[0]))
		p.fds[uint32(a[1])] = f
		p.call.release(old)
		return 0
	case "fd_read", "fd_write":
		return p.transfer(f, which == "fd_write", uint32(a[1]), uint32(a[2]), nil, uint32(a[3]))
	case "fd_pread", "fd_pwrite":
		return p.transfer(f, which == "fd_pwrite", uint32(a[1]), uint32(a[2]), &a[3], uint32(a[4]))
	case "fd_prestat_get":
		if f.preopen == "" {
			return ebadf
		}
		p.memory.WriteUint64Le(uint32(a[1]), uint64(len(f.preopen))<<32)
		return 0
	case "fd_prestat_dir_name":
		if f.preopen == "" {
			return ebadf
		}
		p.memory.Write(uint32(a[1]), []byte(f.preopen))
		return 0
	}
	if f.kind == kindKernel {
		return p.onKernel(which, a)
	}
	return p.onOther(f, which, a)
}

func (p *process) onKernel(which string, a []uint64) uint32 {
	place := uint32(0)
	if which == "path_open" {
		place = uint32(a[8])
	}
	errno := p.call.kernel.call(p.call.ctx, which, a, p.memory, func(n uint32) (uint32, uint32) {
		f := p.fd(n)
		if f == nil {
			return 0, ebadf
		}
		if f.kind != kindKernel {
			return 0, exdev
		}
		return f.fd, 0
	})
	if which == "path_open" && errno == 0 {
		fd, _ := p.memory.ReadUint32Le(place)
		p.memory.WriteUint32Le(place, p.put(&file{kind: kindKernel, owners: 1, fd: fd}, 0))
	}
	return errno
}

// transfer reads or writes the vectors at `at`.
func (p *process) transfer(f *file, writes bool, at, n uint32, place *uint64, ret uint32) uint32 {
	sum := uint32(0)
	for i := uint32(0); i < n; i++ {
		from, _ := p.memory.ReadUint32Le(at + 8*i)
		size, _ := p.memory.ReadUint32Le(at + 8*i + 4)
		if size == 0 {
			continue
		}
		if sum > 0 && f.kind == kindPipe && !writes && len(f.pipe.bytes) == 0 {
			break
		}
		bytes, ok := p.memory.Read(from, size)
		if !ok {
			return efault
		}
		one := p.read
		if writes {
			one = p.write
		}
		var where *uint64
		if place != nil {
			v := *place + uint64(sum)
			where = &v
		}
		moved, errno := one(f, bytes, where)
		if errno != 0 && sum == 0 {
			return errno
		}
		sum += uint32(moved)
		if moved < len(bytes) {
			break
		}
	}
	p.memory.WriteUint32Le(ret, sum)
	return 0
}

// onOther is for what is no file of the kernel's.
func (p *process) onOther(f *file, which string, a []uint64) uint32 {
	path := func(at, n uint64) string {
		bytes, _ := p.memory.Read(uint32(at), uint32(n))
		return strings.TrimPrefix(string(bytes), "./")
	}
	switch which {
	case "fd_fdstat_get":
		stat := make([]byte, 24)
		stat[0] = f.kind1
		binary.LittleEndian.PutUint16(stat[2:], f.flags)
		rights, inheriting := uint64(streamRight), uint64(0)
		if f.kind1 != typeUnknown {
			rights |= 0xfffffff
		}
		if f.kind == kindMade {
			inheriting = 0xfffffff
		}
		binary.LittleEndian.PutUint64(stat[8:], rights)
		binary.LittleEndian.PutUint64(stat[16:], inheriting)
		p.memory.Write(uint32(a[1]), stat)
		return 0
	case "fd_fdstat_set_flags":
		f.flags = uint16(a[1])
		return 0
	case "fd_filestat_get":
		return p.putStat(f, uint32(a[1]))
	case "fd_seek", "fd_tell":
		if f.kind == kindDevice {
			p.memory.WriteUint64Le(uint32(a[len(calls[which])-1]), 0)
			return 0
		}
		return espipe
	case "fd_readdir":
		if f.kind != kindMade {
			return enotdir
		}
		bytes := entries(f.names(), a[3], int(a[2]))
		p.memory.Write(uint32(a[1]), bytes)
		p.memory.WriteUint32Le(uint32(a[4]), uint32(len(bytes)))
		return 0
	case "path_open":
		return p.openMade(f, path(a[2], a[3]), a)
	case "path_filestat_get":
		if f.kind == kindMade {
			if found := p.lookup(f, path(a[2], a[3])); found != nil {
				return p.putStat(found, uint32(a[4]))
			}
			return enoent
		}
	}
	switch {
	case f.kind == kindMade:
		return eperm
	case strings.HasPrefix(which, "path_"):
		return enotdir
	case which == "fd_sync" || which == "fd_datasync":
		return einval
	}
	return enotsup
}

func (p *process) lookup(f *file, path string) *file {
	if path == "." {
		return f
	}
	return f.made(p, path)
}

func (p *process) openMade(f *file, path string, a []uint64) uint32 {
	const directory, write = 2, 1 << 6
	if f.kind != kindMade {
		return enotdir
	}
	changes := a[4]&^directory != 0 || a[5]&write != 0
	found := p.lookup(f, path)
	switch {
	case found == nil && changes:
		return eperm
	case found == nil:
		return enoent
	case changes && (found.kind == kindMade || found.kind1 == typeFile):
		return eperm
	case a[4]&directory != 0 && found.kind1 != typeDirectory:
		return enotdir
	}
	p.memory.WriteUint32Le(uint32(a[8]), p.put(found.share(), 0))
	return 0
}

func (p *process) putStat(f *file, at uint32) uint32 {
	stat := make([]byte, 64)
	stat[16] = f.kind1
	stat[24] = 1
	p.memory.Write(at, stat)
	return 0
}
