// Command boxagnts-wazero runs a module of BoxAgnts in wazero, a WebAssembly runtime in Go without any other engine in it:
//
//	boxagnts-wazero [--dir HOST::GUEST]... [--env NAME=VALUE]... [--argv0 NAME] FILE.wasm [ARGUMENT]...
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
)

const (
	usage       = "usage: boxagnts-wazero [--dir HOST::GUEST] [--env NAME=VALUE] [--argv0 NAME] FILE.wasm [ARGUMENT]..."
	enosys      = 52 // of preview1's errno
	unavailable = 5  // of tools/lib/nested.h: BX_CALL_UNAVAILABLE
)

type options struct {
	config wazero.ModuleConfig
	fs     wazero.FSConfig
	argv0  string
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
		case "--argv0":
			o.argv0 = value
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

func main() {
	o, err := parse(os.Args[1:])
	status := uint32(125)
	if err == nil {
		if status, err = run(o); err != nil {
			status = 132
		}
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "boxagnts-wazero: %v\n", err)
	}
	os.Exit(int(status & 255))
}
