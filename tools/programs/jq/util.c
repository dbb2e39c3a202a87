/* jq's util.c, with input that is read in large blocks.
 *
 * It reads lines with fgets into a buffer that it fills with 0xff before each, to find their end
 * behind NUL bytes: 4 KiB for each line, and stdio's blocks of 1 KiB below that.  Here fgets keeps
 * what that search relies on (behind the line in a buffer that the end of the file left short
 * there is no NUL and no line feed), so that filling is not needed; files are read 64 KiB at a
 * time.  Only the one input that is current is read in this file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_BLOCK = 65536 };

static struct input {
    FILE *file;
    size_t at, end;
    int eof, error;
    char block[INPUT_BLOCK];
} in;

static int input_more(FILE *file)
{
    if (in.file != file) {
        in.file = file;
        in.at = in.end = 0;
        in.eof = in.error = 0;
    }
    if (in.at < in.end)
        return 1;
    if (in.eof || in.error)
        return 0;
    ssize_t n = read(fileno(file), in.block, sizeof(in.block));
    in.at = 0;
    in.end = n > 0 ? (size_t)n : 0;
    in.eof = n == 0;
    in.error = n < 0;
    return n > 0;
}

static char *input_gets(char *to, int size, FILE *file)
{
    size_t room = (size_t)size - 1, got = 0;
    while (got < room && input_more(file)) {
        size_t n = in.end - in.at < room - got ? in.end - in.at : room - got;
        const char *lf = memchr(in.block + in.at, '\n', n);
        if (lf)
            n = (size_t)(lf + 1 - (in.block + in.at));
        memcpy(to + got, in.block + in.at, n);
        in.at += n;
        got += n;
        if (lf)
            break;
    }
    if (in.error || got == 0)
        return NULL;
    to[got] = '\0';
    if (got < room && to[got - 1] != '\n')
        memset(to + got + 1, 0xff, room - got);
    return to;
}

static size_t input_read(char *to, size_t n, FILE *file)
{
    size_t got = 0;
    while (got < n && input_more(file))
        to[got++] = in.block[in.at++];
    return got;
}

static int input_eof(FILE *file) { return in.file == file && in.at == in.end && in.eof; }

static int input_error(FILE *file) { return in.file == file && in.error; }

static int input_close(FILE *file)
{
    in.file = NULL;
    return fclose(file);
}

static void input_clear(FILE *file)
{
    (void)file;
    in.eof = in.error = 0;
}

#define fgets(to, size, file)    input_gets(to, size, file)
#define fread(to, size, n, file) input_read(to, n, file)
#define feof(file)               input_eof(file)
#define ferror(file)             input_error(file)
#define clearerr(file)           input_clear(file)
#define fclose(file)             input_close(file)
#define memset(to, byte, n)      (void)0

#pragma GCC diagnostic ignored "-Weverything"
#include <src/util.c>
