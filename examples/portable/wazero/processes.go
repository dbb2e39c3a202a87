package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

const (
	sigkill, sigpipe = 9, 13

	aside        = 256
	depthMax     = 40
	processesMax = 10000
	background   = 1 // BX_START_BACKGROUND
)

// ended is how a process came to its end; as an error it ends what runs on top of that process, too.
type ended struct {
	process            *process
	kind, code, signal uint32
}

func (e *ended) Error() string { return fmt.Sprintf("ended with %d", e.code) }

type process struct {
	call            *call
	parent          *process
	pid             uint32
	name            string
	args, env       []string
	cwd             string
	fds             map[uint32]*file
	children        []*process
	running         bool
	background      bool
	ended           *ended
	caught, pending uint64
	memory          api.Memory
}

// A call is a first process and all that it starts, one at a time: a process that was started runs when it is waited for, or when
// somebody reads what it writes, from its beginning to its end.  examples/browser/processes.mjs is the same in JavaScript.
type call struct {
	ctx      context.Context
	runtime  wazero.Runtime
	kernel   *kernel
	programs map[string]wazero.CompiledModule
	preopens []*file
	lastPid  uint32
	depth    int
	waiting  []*process
}

type processKey struct{}

func of(ctx context.Context) *process { return ctx.Value(processKey{}).(*process) }

func (p *process) fd(n uint32) *file { return p.fds[n] }

// put gives f the lowest free number from least on.
func (p *process) put(f *file, least uint32) uint32 {
	for p.fds[least] != nil {
		least++
	}
	p.fds[least] = f
	return least
}

func (p *process) signal(number uint32) {
	if number != sigkill && p.caught>>number&1 == 1 {
		p.pending |= 1 << number
		return
	}
	switch number {
	case 0, 17, 18, 19, 20, 21, 22, 23, 28: // a look, child, continue, the stopping ones, urgent, window
		return
	}
	e := &ended{p, 1, 128 + number, number}
	if p.running {
		panic(e)
	}
	p.end(e)
}

func (p *process) end(e *ended) {
	p.ended, p.running = e, false
	for _, f := range p.fds {
		p.call.release(f)
	}
	p.fds = nil
}

func (c *call) newProcess(parent *process, name string, args, env []string, cwd string) *process {
	c.lastPid++
	p := &process{call: c, parent: parent, pid: c.lastPid, name: name, args: args, env: env, cwd: cwd, fds: map[uint32]*file{}}
	for i, f := range c.preopens {
		p.fds[uint32(3+i)] = f.share()
	}
	return p
}

// begin runs a process on top of what runs.
func (c *call) begin(p *process) {
	for i, other := range c.waiting {
		if other == p {
			c.waiting = append(append([]*process{}, c.waiting[:i]...), c.waiting[i+1:]...)
			break
		}
	}
	p.running = true
	c.depth++
	ctx := context.WithValue(c.ctx, processKey{}, p)
	module, err := c.runtime.InstantiateModule(ctx, c.programs[p.name], wazero.NewModuleConfig().WithName(""))
	if module != nil {
		_ = module.Close(c.ctx)
	}
	c.depth--
	e := &ended{process: p}
	var by *ended
	if errors.As(err, &by) {
		e = by
	} else if err != nil {
		e = &ended{process: p, kind: 2, code: 132}
	}
	p.end(&ended{p, e.kind, e.code, e.signal})
	if e.process != p {
		panic(e)
	}
}

// feed runs what has to write into a pipe before there is something to read.
func (c *call) feed(of *pipe) uint32 {
	for len(of.bytes) == 0 && of.writers > 0 {
		var writer *process
		for _, p := range c.waiting {
			for _, f := range p.fds {
				if f.pipe == of && f.writes && writer == nil {
					writer = p
				}
			}
		}
		if writer == nil {
			return edeadlk
		}
		c.begin(writer)
	}
	return 0
}

func (c *call) idle() {
	for again := true; again && c.depth < depthMax; {
		again = false
		for _, p := range c.waiting {
			if p.background {
				c.begin(p)
				again = true
				break
			}
		}
	}
}

func (p *process) wait(pid int32, timeout uint64) (*process, uint32) {
	var found, fresh *process
	any := false
	for _, child := range p.children {
		if pid != -1 && int32(child.pid) != pid {
			continue
		}
		any = true
		if child.ended != nil && found == nil {
			found = child
		} else if child.ended == nil && !child.running && fresh == nil {
			fresh = child
		}
	}
	switch {
	case !any:
		return nil, echild
	case found == nil && timeout == 0:
		return nil, etimeout
	case found == nil && fresh == nil:
		return nil, edeadlk
	case found == nil:
		p.call.begin(fresh)
		found = fresh
	}
	for i, child := range p.children {
		if child == found {
			p.children = append(append([]*process{}, p.children[:i]...), p.children[i+1:]...)
			break
		}
	}
	return found, 0
}

func find(p *process, pid uint32) *process {
	for p.parent != nil {
		p = p.parent
	}
	for open := []*process{p}; len(open) > 0; open = open[1:] {
		if open[0].pid == pid {
			return open[0]
		}
		open = append(open, open[0].children...)
	}
	return nil
}

// start reads a bx_start (tools/lib/process.h) at `spec`.
func (p *process) start(spec uint32) (uint32, uint32) {
	m, c := p.memory, p.call
	word := func(at uint32) uint32 { v, _ := m.ReadUint32Le(at); return v }
	text := func(at uint32) string { b, _ := m.Read(word(at), word(at+4)); return string(b) }
	list := func(at uint32) (ret []string) {
		for i := uint32(0); i < word(at+4); i++ {
			ret = append(ret, text(word(at)+8*i))
		}
		return ret
	}
	name := strings.TrimPrefix(text(spec+8), "/bin/")
	if code, there := c.programs[name]; !there {
		return 0, enoent
	} else if code == nil {
		return 0, enoexec
	}
	if c.lastPid >= processesMax || c.depth >= depthMax {
		return 0, eagain
	}
	cwd, env := text(spec+32), list(spec+24)
	if cwd == "" {
		cwd = p.cwd
	}
	for i := range env {
		if strings.HasPrefix(env[i], "PWD=") {
			env[i] = "PWD=" + cwd
		}
	}
	child := c.newProcess(p, name, list(spec+16), env, cwd)
	child.background = word(spec+4)&background != 0
	for i := uint32(0); i < word(spec+44); i++ {
		to, own := word(word(spec+40)+8*i), word(word(spec+40)+8*i+4)
		f := p.fd(own)
		if f == nil {
			child.end(&ended{process: child})
			return 0, ebadf
		}
		if to >= 3 && to < uint32(3+len(c.preopens)) {
			to += aside
		}
		child.fds[to] = f.share()
	}
	p.children = append(p.children, child)
	c.waiting = append(c.waiting, child)
	return child.pid, 0
}

// boxagnts is the import module of that name, for process p.
var boxagnts = map[string]func(p *process, a []uint64) uint32{
	"start": func(p *process, a []uint64) uint32 {
		pid, errno := p.start(uint32(a[0]))
		p.memory.WriteUint32Le(uint32(a[1]), pid)
		return errno
	},
	"wait": func(p *process, a []uint64) uint32 {
		child, errno := p.wait(int32(a[0]), a[1])
		if errno == 0 {
			p.memory.Write(uint32(a[2]), make([]byte, 40))
			for i, v := range []uint32{child.pid, child.ended.kind, child.ended.code, child.ended.signal} {
				p.memory.WriteUint32Le(uint32(a[2])+4*uint32(i), v)
			}
		}
		return errno
	},
	"kill": func(p *process, a []uint64) uint32 {
		target := find(p, uint32(a[0]))
		if target == nil || a[1] > 63 {
			return esrch
		}
		if target.ended == nil {
			target.signal(uint32(a[1]))
		}
		if target.ended != nil {
			for i, other := range p.call.waiting {
				if other == target {
					p.call.waiting = append(append([]*process{}, p.call.waiting[:i]...), p.call.waiting[i+1:]...)
					break
				}
			}
		}
		return 0
	},
	"signals": func(p *process, a []uint64) uint32 {
		p.caught = a[0] &^ (1 << sigkill)
		p.memory.WriteUint64Le(uint32(a[1]), p.pending)
		p.pending = 0
		return 0
	},
	"self": func(p *process, a []uint64) uint32 {
		parent := uint32(0)
		if p.parent != nil {
			parent = p.parent.pid
		}
		p.memory.WriteUint32Le(uint32(a[0]), p.pid)
		p.memory.WriteUint32Le(uint32(a[1]), parent)
		return 0
	},
	"cwd": func(p *process, a []uint64) uint32 {
		if p.parent == nil {
			p.memory.WriteUint32Le(uint32(a[2]), 0)
			return 0
		}
		if uint64(len(p.cwd)) > a[1] {
			return enametoolong
		}
		p.memory.Write(uint32(a[0]), []byte(p.cwd))
		p.memory.WriteUint32Le(uint32(a[2]), uint32(len(p.cwd)))
		return 0
	},
	"pipe": func(p *process, a []uint64) uint32 {
		reads, writes := p.call.newPipe()
		p.memory.WriteUint32Le(uint32(a[1]), p.put(reads, 0))
		p.memory.WriteUint32Le(uint32(a[1])+4, p.put(writes, 0))
		return 0
	},
	"opened": func(p *process, a []uint64) uint32 {
		bits := make([]byte, a[1])
		for fd := range p.fds {
			if fd/8 < uint32(len(bits)) && p.fds[fd] != nil {
				bits[fd/8] |= 1 << (fd % 8)
			}
		}
		p.memory.Write(uint32(a[0]), bits)
		return 0
	},
	"dup": func(p *process, a []uint64) uint32 {
		f := p.fd(uint32(a[0]))
		if f == nil {
			return ebadf
		}
		p.memory.WriteUint32Le(uint32(a[2]), p.put(f.share(), uint32(a[1])))
		return 0
	},
	"dup_to": func(p *process, a []uint64) uint32 {
		f, to := p.fd(uint32(a[0])), uint32(a[1])
		if f == nil || to > 65535 {
			return ebadf
		}
		f.share()
		if old := p.fds[to]; old != nil {
			p.call.release(old)
		}
		p.fds[to] = f
		return 0
	},
}

// hostModules provides preview1 and boxagnts to all processes of a call.
func (c *call) hostModules(r wazero.Runtime, codes []wazero.CompiledModule) error {
	real := r.NewHostModuleBuilder(kernelWasi)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(real)
	if _, err := real.Instantiate(c.ctx); err != nil {
		return err
	}
	builders := map[string]wazero.HostModuleBuilder{}
	done := map[string]bool{}
	for _, code := range codes {
		for _, f := range code.ImportedFunctions() {
			module, which, _ := f.Import()
			if done[module+"."+which] {
				continue
			}
			done[module+"."+which] = true
			if builders[module] == nil {
				builders[module] = r.NewHostModuleBuilder(module)
			}
			builders[module].NewFunctionBuilder().WithGoModuleFunction(door(module, which, f),
				f.ParamTypes(), f.ResultTypes()).Export(which)
		}
	}
	for _, builder := range builders {
		if _, err := builder.Instantiate(c.ctx); err != nil {
			return err
		}
	}
	return nil
}

// door is one of those functions.  Of a parameter of 32 bits the upper half may hold anything.
func door(module, which string, f api.FunctionDefinition) api.GoModuleFunc {
	params, results := f.ParamTypes(), len(f.ResultTypes())
	return func(ctx context.Context, m api.Module, stack []uint64) {
		for i, param := range params {
			if param == api.ValueTypeI32 {
				stack[i] = uint64(uint32(stack[i]))
			}
		}
		p := of(ctx)
		p.memory = m.Memory()
		errno := uint32(enosys)
		if f := boxagnts[which]; module == "boxagnts" && f != nil {
			errno = f(p, stack)
		} else if module != "boxagnts" {
			errno = p.preview1(which, stack)
		} else if which == "call" {
			errno = unavailable
		} else if which == "call_read" {
			errno = 0
		}
		if results > 0 {
			stack[0] = uint64(errno)
		}
	}
}
