/* Messages of the Agent Client Protocol as they come in: each is an object with an ID that can be
 * given back, whatever else it is gets an error, and the reader ends with its input. */
#include <sys/mman.h>
#include <unistd.h>

#include "cli/acp_peer.h"
#include "os/fd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_of(const uint8_t *data, size_t size)
{
    int fd = memfd_create("acp", MFD_CLOEXEC);
    BX_ASSERT(fd >= 0 && bx_fd_write_full(fd, data, size, NULL) == BX_OK);
    BX_ASSERT(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

/* Each line that was sent is an object. */
static size_t check_sent(int fd)
{
    BX_AUTO_BUF all = bx_buf_init((size_t)1 << 30);
    size_t n = 0;
    BX_ASSERT(lseek(fd, 0, SEEK_SET) == 0 && bx_fd_read_all(fd, all.max, &all, NULL) == BX_OK);
    for (bx_str rest = bx_buf_str(&all); rest.n; n++) {
        BX_AUTO(bx_json) bx_json *doc = NULL;
        const char *end = memchr(rest.p, '\n', rest.n);
        BX_ASSERT(end);
        const bx_str line = {rest.p, (size_t)(end - rest.p)};
        BX_ASSERT(bx_json_parse(line, BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK);
        BX_ASSERT(bx_json_type_of(bx_json_root(doc)) == BX_JSON_OBJECT);
        rest = bx_str_from(rest, line.n + 1);
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BX_AUTOCLOSE int in = file_of(data, size), out = file_of(NULL, 0);
    bx_acp_peer *p = NULL;
    size_t lines = 1, answered = 0;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    BX_ASSERT(bx_acp_peer_new(in, out, &p, NULL) == BX_OK);
    for (;;) {
        BX_AUTO(bx_json) bx_json *doc = NULL;
        if (bx_acp_read(p, &doc, NULL) != BX_OK || !doc)
            break;
        if (bx_acp_take_answer(p, &doc))
            continue;
        bx_acp_message m;
        bx_acp_result(&m, bx_json_get(bx_json_root(doc), BX_LIT("id")));
        bx_acp_send(p, &m);
        answered++;
    }
    bx_acp_peer_free(p);
    size_t sent = check_sent(out);
    BX_ASSERT(sent >= answered && sent <= lines);
    return 0;
}
