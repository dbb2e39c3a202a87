// The tool: JSON, formatted with its keys in order; numbers stay as they are written.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

type arguments struct {
	Path   string `json:"path"`
	Text   string `json:"text"`
	Indent *int   `json:"indent"`
}

type answer struct {
	Bytes  int `json:"bytes"`
	Values int `json:"values"`
}

func source(a arguments) ([]byte, error) {
	if (a.Path == "") == (a.Text == "") {
		return nil, fmt.Errorf("give one of path and text")
	}
	if a.Text != "" {
		return []byte(a.Text), nil
	}
	name := a.Path
	if !path.IsAbs(name) {
		name = path.Join("/workspace", name)
	}
	return os.ReadFile(name)
}

// How many values there are in one, itself included.
func count(value any) int {
	n := 1
	switch v := value.(type) {
	case map[string]any:
		for _, member := range v {
			n += count(member)
		}
	case []any:
		for _, element := range v {
			n += count(element)
		}
	}
	return n
}

// Line and column of a byte, from 1.
func place(text []byte, offset int64) string {
	before := text[:max(0, min(int(offset), len(text)))]
	line := bytes.Count(before, []byte("\n")) + 1
	return fmt.Sprintf("line %d, column %d", line, len(before)-bytes.LastIndexByte(before, '\n'))
}

// What the tool does.  An error is an answer too: it says what was wrong, and what to do.
func run(a arguments) (string, answer, error) {
	text, err := source(a)
	if err != nil {
		return "", answer{}, err
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	var value any
	if err := in.Decode(&value); err != nil {
		at := in.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = syntax.Offset - 1
		}
		return "", answer{}, fmt.Errorf("no JSON: %s: %w", place(text, at), err)
	}
	if _, err := in.Token(); err != io.EOF {
		return "", answer{}, fmt.Errorf("no JSON: something follows the value at %s", place(text, in.InputOffset()))
	}
	indent := 2
	if a.Indent != nil {
		indent = *a.Indent
	}
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	to.SetIndent("", strings.Repeat(" ", indent))
	if err := to.Encode(value); err != nil { // maps are written with their keys in order
		return "", answer{}, err
	}
	return out.String(), answer{Bytes: out.Len(), Values: count(value)}, nil
}

type block struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// An MCP CallToolResult.
type result struct {
	Content    []block `json:"content"`
	Structured *answer `json:"structuredContent,omitempty"`
	IsError    bool    `json:"isError"`
}

func call() result {
	var a arguments
	in := json.NewDecoder(os.Stdin)
	in.DisallowUnknownFields()
	if err := in.Decode(&a); err != nil {
		return result{Content: []block{{"text", "the arguments do not fit: " + err.Error()}}, IsError: true}
	}
	text, structured, err := run(a)
	if err != nil {
		return result{Content: []block{{"text", err.Error()}}, IsError: true}
	}
	return result{Content: []block{{"text", text}}, Structured: &structured}
}

func main() {
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if err := out.Encode(call()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
