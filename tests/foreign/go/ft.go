// ft: the file tool of the foreign tests, in Go with the standard library only (docs/foreign.md has the contract).
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type usage string

func (u usage) Error() string { return string(u) }

var names = map[syscall.Errno]string{
	syscall.EACCES: "denied", syscall.EPERM: "denied", syscall.EROFS: "denied", syscall.Errno(76): "denied",
	syscall.EEXIST: "exists", syscall.EINVAL: "invalid", syscall.EISDIR: "is a directory", syscall.ENOENT: "not found",
	syscall.ENOTDIR: "not a directory", syscall.ENOTEMPTY: "not empty", syscall.EXDEV: "crosses devices",
	syscall.EDQUOT: "quota", syscall.EMFILE: "too many open files", syscall.ENOSPC: "no space",
	syscall.ELOOP: "too many links", syscall.EBADF: "outside",
}

// nameOf gives the failures every language can tell apart one name; the rest keep the words of the library.
func nameOf(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		if name, ok := names[errno]; ok {
			return name
		}
		return fmt.Sprintf("errno %d", uint32(errno))
	}
	return err.Error()
}

func at(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %s", path, nameOf(err))
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "dir"
	case mode.IsRegular():
		return "file"
	case mode&fs.ModeSymlink != 0:
		return "link"
	}
	return "other"
}

func tree(path string, depth, most int) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return at(path, err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return at(filepath.Join(path, entry.Name()), err)
		}
		size := ""
		if info.Mode().IsRegular() {
			size = fmt.Sprintf(" %d", info.Size())
		}
		fmt.Printf("%s%s %s%s\n", strings.Repeat("  ", depth), entry.Name(), kindOf(info.Mode()), size)
		if info.IsDir() && depth+1 < most {
			if err := tree(filepath.Join(path, entry.Name()), depth+1, most); err != nil {
				return err
			}
		}
	}
	return nil
}

func head(name string, input io.Reader, most int) error {
	reader, out := bufio.NewReader(input), bufio.NewWriter(os.Stdout)
	for ; most > 0; most-- {
		line, err := reader.ReadBytes('\n')
		out.Write(line)
		if err == io.EOF {
			break
		} else if err != nil {
			return at(name, err)
		}
	}
	return at("stdout", out.Flush())
}

func count(name string, input io.Reader) error {
	var bytes, lines int
	var sum uint32
	piece := make([]byte, 65536)
	for {
		n, err := input.Read(piece)
		bytes += n
		for _, b := range piece[:n] {
			if b == '\n' {
				lines++
			}
			sum = sum<<1 | sum>>31
			sum ^= uint32(b)
		}
		if err == io.EOF {
			break
		} else if err != nil {
			return at(name, err)
		}
	}
	fmt.Printf("%d %d %08x\n", lines, bytes, sum)
	return nil
}

func fill(path string, bytes int) error {
	out := os.Stdout
	if path != "-" {
		var err error
		if out, err = os.Create(path); err != nil {
			return at(path, err)
		}
		defer out.Close()
	}
	piece := make([]byte, 65536)
	for i := range piece {
		piece[i] = byte(i % 251)
	}
	for bytes > 0 {
		n := min(bytes, len(piece))
		if _, err := out.Write(piece[:n]); err != nil {
			return at(path, err)
		}
		bytes -= n
	}
	return nil
}

func write(path, text string, how int) error {
	file, err := os.OpenFile(path, os.O_WRONLY|how, 0o644)
	if err != nil {
		return at(path, err)
	}
	defer file.Close()
	_, err = file.WriteString(text)
	return at(path, err)
}

func patch(path, text string, offset int64) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return at(path, err)
	}
	defer file.Close()
	if _, err = file.WriteAt([]byte(text), offset); err != nil {
		return at(path, err)
	}
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return at(path, err)
	}
	whole := make([]byte, end)
	if _, err = file.ReadAt(whole, 0); err != nil {
		return at(path, err)
	}
	fmt.Printf("%d %q\n", end, whole)
	_, err = file.Seek(-end-1, io.SeekCurrent)
	return at("before the beginning", err)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return at(from, err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return at(from, err)
	}
	n, err := io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		return at(from, err)
	}
	fmt.Println(n)
	return nil
}

// many writes n files from as many goroutines and reads them back in the order of their names.
func many(dir string, n int) error {
	var group sync.WaitGroup
	failed := make(chan error, n)
	for i := range n {
		group.Go(func() {
			time.Sleep(time.Duration(n-i) * 10 * time.Microsecond)
			failed <- os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d", i)), []byte(strconv.Itoa(i)), 0o644)
		})
	}
	group.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return at(dir, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return at(dir, err)
	}
	sum := 0
	for i, entry := range entries {
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return at(entry.Name(), err)
		}
		value, _ := strconv.Atoi(string(text))
		if value != i {
			return fmt.Errorf("%s holds %q", entry.Name(), text)
		}
		sum += value
	}
	fmt.Println(len(entries), sum)
	return nil
}

// timers sleeps in several goroutines at once: the order is that of the durations, the whole no longer than the longest.
func timers() error {
	begin := time.Now()
	order := make(chan string, 4)
	for _, ms := range []int{120, 40, 80} {
		go func() {
			time.Sleep(time.Duration(ms) * time.Millisecond)
			order <- strconv.Itoa(ms)
		}()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	seen := []string{}
	for len(seen) < 4 {
		select {
		case ms := <-order:
			seen = append(seen, ms)
		case <-ctx.Done():
			seen = append(seen, "timeout")
			ctx = context.Background()
		}
	}
	took := time.Since(begin)
	fmt.Println(strings.Join(seen, " "), took >= 120*time.Millisecond && took < 2*time.Second)
	return nil
}

// inRoot writes a file below an opened directory, twice: path_open relative to a handle the program opened itself.
func inRoot(dir, name string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return at(dir, err)
	}
	defer root.Close()
	for _, text := range []string{"longer", "short"} {
		if err := root.WriteFile(name, []byte(text), 0o644); err != nil {
			return at(name, err)
		}
	}
	text, err := root.ReadFile(name)
	fmt.Println(string(text))
	return at(name, err)
}

func touch(path, seconds string) error {
	value, err := strconv.ParseFloat(seconds, 64)
	if err != nil {
		return usage("not a time")
	}
	when := time.Unix(0, int64(value*1e9))
	return at(path, os.Chtimes(path, when, when))
}

func stat(path string, look func(string) (fs.FileInfo, error)) error {
	info, err := look(path)
	if err != nil {
		return at(path, err)
	}
	when := info.ModTime()
	fmt.Printf("%s %d %d.%09d\n", kindOf(info.Mode()), info.Size(), when.Unix(), when.Nanosecond())
	return nil
}

func files(command string, words []string) error {
	set := flag.NewFlagSet(command, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	lines, depth := set.Int("n", 10, ""), set.Int("d", 64, "")
	offset := set.Int64("o", 0, "")
	parents, recursive := set.Bool("p", false, ""), set.Bool("r", false, "")
	appending, exclusive := set.Bool("a", false, ""), set.Bool("x", false, "")
	if err := set.Parse(words); err != nil {
		return usage(err.Error())
	}
	path, other := set.Arg(0), set.Arg(1)
	if path == "" && command != "head" && command != "count" {
		return usage("a required argument was not provided")
	}
	size, _ := strconv.Atoi(other)
	switch command {
	case "tree":
		return tree(path, 0, *depth)
	case "head", "count":
		input := os.Stdin
		if path != "" {
			var err error
			if input, err = os.Open(path); err != nil {
				return at(path, err)
			}
		}
		if command == "head" {
			return head(path, input, *lines)
		}
		return count(path, input)
	case "write":
		how := os.O_CREATE | os.O_TRUNC
		if *appending {
			how = os.O_CREATE | os.O_APPEND
		} else if *exclusive {
			how = os.O_CREATE | os.O_EXCL
		}
		return write(path, other, how)
	case "patch":
		return patch(path, other, *offset)
	case "size":
		return at(path, os.Truncate(path, int64(size)))
	case "stat":
		return stat(path, os.Stat)
	case "lstat":
		return stat(path, os.Lstat)
	case "touch":
		return touch(path, other)
	case "mkdir":
		if *parents {
			return at(path, os.MkdirAll(path, 0o755))
		}
		return at(path, os.Mkdir(path, 0o755))
	case "rm":
		if *recursive {
			return at(path, os.RemoveAll(path))
		}
		return at(path, syscall.Unlink(path))
	case "rmdir":
		return at(path, syscall.Rmdir(path))
	case "mv":
		return at(path, os.Rename(path, other))
	case "cp":
		return copyFile(path, other)
	case "link":
		return at(path, os.Link(path, other))
	case "symlink":
		return at(other, os.Symlink(path, other))
	case "readlink":
		to, err := os.Readlink(path)
		if err == nil {
			fmt.Println(to)
		}
		return at(path, err)
	case "fill":
		return fill(path, size)
	case "many":
		return many(path, size)
	case "root":
		return inRoot(path, other)
	}
	return usage(fmt.Sprintf("unrecognized subcommand '%s'", command))
}

func run(words []string) error {
	if len(words) == 0 {
		return usage("a subcommand is required")
	}
	first := ""
	if len(words) > 1 {
		first = words[1]
	}
	switch words[0] {
	case "args":
		for _, word := range words[1:] {
			fmt.Printf("[%s]\n", word)
		}
	case "env":
		if first == "" {
			all := os.Environ()
			sort.Strings(all)
			fmt.Println(strings.Join(all, "\n"))
		} else if value, found := os.LookupEnv(first); found {
			fmt.Println(value)
		} else {
			return fmt.Errorf("%s: unset", first)
		}
	case "exit":
		code, _ := strconv.Atoi(first)
		os.Exit(code)
	case "sleep":
		ms, _ := strconv.Atoi(first)
		wanted, begin := time.Duration(ms)*time.Millisecond, time.Now()
		time.Sleep(wanted)
		if time.Since(begin) >= wanted {
			fmt.Println("slept")
		} else {
			fmt.Println("too short")
		}
	case "timers":
		return timers()
	case "panic":
		panic("on purpose")
	default:
		return files(words[0], words[1:])
	}
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ft:", err)
		if errors.As(err, new(usage)) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}
