// Command boxagnts-wazero runs a module of BoxAgnts in wazero, a WebAssembly runtime in Go without any other engine in it:
//
//	boxagnts-wazero [--dir HOST::GUEST]... [--env NAME=VALUE]... [--argv0 NAME] [--toolbox FOLDER] FILE.wasm [ARGUMENT]...
//
// With a folder that scripts/toolbox has laid out the module may start the programs in it, and the shell runs pipelines.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
)

const (
	usage       = "usage: boxagnts-wazero [--dir HOST::GUEST] [--env NAME=VALUE] [--argv0 NAME] [--toolbox FOLDER] FILE.wasm [ARGUMENT]..."
	unavailable = 5 // of tools/lib/nested.h: BX_CALL_UNAVAILABLE
)

type options struct {
	config wazero.ModuleConfig
	fs     wazero.FSConfig
	env    []string
	argv0  string
	box    string
	words  []string // the file, and its arguments
}

func parse(words []string) (*options, error) {
	o := &options{config: wazero.NewModuleConfig(), fs: wazero.NewFSConfig()}
	for len(words) > 1 && strings.HasPrefix(words[0], "--") {
		flag, value := words[0], words[1]
		words = words[2:]
		switch flag {
		case "--dir":
			host, guest, ok := strings.Cut(value, "::")
			if !ok {
				return nil, errors.New(usage)
			}
			o.fs = o.fs.WithDirMount(host, guest)
		case "--env":
			name, text, _ := strings.Cut(value, "=")
			o.config = o.config.WithEnv(name, text)
			o.env = append(o.env, value)
		case "--argv0":
			o.argv0 = value
		case "--toolbox":
			o.box = value
		default:
			return nil, errors.New(usage)
		}
	}
	if len(words) == 0 || strings.HasPrefix(words[0], "--") {
		return nil, errors.New(usage)
	}
	o.words = append([]string{}, words...)
	return o, nil
}

// stubs makes the import module `boxagnts` (docs/programs.md) where nobody provides it: all that code imports of it
// answers ENOSYS.
func stubs(ctx context.Context, r wazero.Runtime, code wazero.CompiledModule) error {
	builder, any := r.NewHostModuleBuilder("boxagnts"), false
	for _, f := range code.ImportedFunctions() {
		module, name, _ := f.Import()
		if module != "boxagnts" {
			continue
		}
		any = true
		answer := uint64(enosys)
		if name == "call" {
			answer = unavailable
		} else if name == "call_read" {
			answer = 0
		}
		builder.NewFunctionBuilder().WithGoFunction(api.GoFunc(func(_ context.Context, stack []uint64) {
			stack[0] = answer
		}), f.ParamTypes(), f.ResultTypes()).Export(name)
	}
	if !any {
		return nil
	}
	_, err := builder.Instantiate(ctx)
	return err
}

func run(o *options) (uint32, error) {
	code, err := os.ReadFile(o.words[0])
	if err != nil {
		return 0, err
	}
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	compiled, err := r.CompileModule(ctx, code)
	if err != nil {
		return 0, err
	}
	if err := stubs(ctx, r, compiled); err != nil {
		return 0, err
	}
	name := o.argv0
	if name == "" {
		name = o.words[0]
	}
	config := o.config.WithArgs(append([]string{name}, o.words[1:]...)...).WithFSConfig(o.fs).
		WithStdin(os.Stdin).WithStdout(os.Stdout).WithStderr(os.Stderr).
		WithRandSource(rand.Reader).WithSysNanosleep().WithSysNanotime().WithSysWalltime()
	_, err = r.InstantiateModule(ctx, compiled, config)
	var exit *sys.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// runWithPrograms runs the module as the first process of a call.
func runWithPrograms(o *options) (uint32, error) {
	ctx := context.Background()
	config := wazero.NewRuntimeConfig()
	if folder, err := os.UserCacheDir(); err == nil { // compiling all programs takes longer than most calls
		if cache, err := wazero.NewCompilationCacheWithDir(filepath.Join(folder, "boxagnts-wazero")); err == nil {
			config = config.WithCompilationCache(cache)
		}
	}
	r := wazero.NewRuntimeWithConfig(ctx, config)
	defer r.Close(ctx)
	c := &call{ctx: ctx, runtime: r, programs: map[string]wazero.CompiledModule{}}
	codes, err := c.load(o)
	if err != nil {
		return 0, err
	}
	if err := c.hostModules(r, codes); err != nil {
		return 0, err
	}
	if c.kernel, err = newKernel(ctx, r, wazero.NewModuleConfig().WithFSConfig(o.fs)); err != nil {
		return 0, err
	}
	c.directories(c.kernel.preopens(ctx))
	args := append([]string{o.argv0}, o.words[1:]...)
	if o.argv0 == "" {
		args[0] = o.words[0]
	}
	p := c.newProcess(nil, "", args, o.env, "")
	p.fds[0] = &file{kind: kindInput, owners: 1, in: os.Stdin}
	p.fds[1] = &file{kind: kindOutput, owners: 1, out: os.Stdout}
	p.fds[2] = &file{kind: kindOutput, owners: 1, out: os.Stderr}
	for _, one := range o.env {
		if strings.HasPrefix(one, "PWD=") {
			p.cwd = one[4:]
		}
	}
	c.begin(p)
	return p.ended.code, nil
}

// load compiles the programs of the folder, and the module itself as the program without a name.
func (c *call) load(o *options) (codes []wazero.CompiledModule, err error) {
	text, err := os.ReadFile(filepath.Join(o.box, "toolbox.json"))
	if err != nil {
		return nil, err
	}
	var box struct {
		Programs map[string]string `json:"programs"`
	}
	if err := json.Unmarshal(text, &box); err != nil {
		return nil, err
	}
	compiled := map[string]wazero.CompiledModule{}
	names := map[string]string{"": o.words[0]}
	for name, wasm := range box.Programs {
		names[name] = filepath.Join(o.box, wasm)
	}
	for name, path := range names {
		if compiled[path] == nil {
			bytes, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			if compiled[path], err = c.runtime.CompileModule(c.ctx, bytes); err != nil {
				return nil, err
			}
			codes = append(codes, compiled[path])
		}
		c.programs[name] = compiled[path]
	}
	return codes, nil
}

func main() {
	o, err := parse(os.Args[1:])
	status := uint32(125)
	if err == nil {
		if o.box == "" {
			status, err = run(o)
		} else {
			status, err = runWithPrograms(o)
		}
		if err != nil {
			status = 132
		}
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "boxagnts-wazero: %v\n", err)
	}
	os.Exit(int(status & 255))
}
