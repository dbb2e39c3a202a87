#include "sandbox/record.h"

#include "base/limits.h"
#include "base/test.h"

static const bx_fs_event opened = {
    .op = BX_FS_OPEN, .path = BX_LIT("/p"), .rights = BX_FS_READ, .result = BX_E_ACCES};
static const bx_egress_event answered = {.method = BX_LIT("GET"),
                                         .url = BX_LIT("https://example.com/"),
                                         .address = BX_LIT("192.0.2.1"),
                                         .status = 404,
                                         .bytes_in = 7,
                                         .time_ns = 2500,
                                         .allowed = true,
                                         .rule = BX_LIT("fetch:https://example.com")};

static void entries_are_kept_whole(void)
{
    bx_record r;
    bx_record_init(&r);
    bx_record_add_file(&r, &opened, 1);
    bx_record_add_request(&r, &answered, 1);
    const bx_record_file *f = bx_record_file_at(&r, 0);
    CHECK(f->op == BX_FS_OPEN && f->result == BX_E_ACCES && f->rights == BX_FS_READ);
    CHECK(strcmp(bx_record_text(&r.files, f->path), "/p") == 0);
    CHECK(bx_record_text(&r.files, f->path2)[0] == '\0');
    const bx_record_request *q = bx_record_request_at(&r, 0);
    CHECK(q->status == 404 && q->bytes_in == 7 && q->time_us == 2 && q->allowed);
    CHECK(strcmp(bx_record_text(&r.requests, q->url), "https://example.com/") == 0);
    CHECK(bx_record_text(&r.requests, q->error)[0] == '\0');
    bx_record_done(&r);
    CHECK(r.files.n == 0 && !r.files.items && r.requests.n == 0 && !r.requests.items);
    bx_record_add_file(NULL, &opened, 1); /* nothing is kept */
}

static void a_question_asked_again_is_one_entry(void)
{
    bx_record r;
    bx_record_init(&r);
    bx_ip a = {.family = 4, .b = {192, 0, 2, 1}}, b = {.family = 4, .b = {192, 0, 2, 2}};
    bx_verdict yes = {.allow = true, .rule = "connect:udp://192.0.2.1:53"}, no = {.allow = false};
    bx_record_add_socket(&r, BX_LIT("udp"), a, 53, &yes);
    bx_record_add_socket(&r, BX_LIT("udp"), a, 53, &yes);
    bx_record_add_socket(&r, BX_LIT("udp"), b, 53, &no);
    bx_record_add_socket(&r, BX_LIT("tcp"), b, 53, &no);
    bx_record_add_socket(&r, BX_LIT("tcp"), b, 54, &no);
    bx_record_add_socket(&r, BX_LIT("udp"), a, 53, &yes);
    CHECK(r.sockets.n == 5 && r.sockets.omitted == 0);
    const bx_record_socket *s = bx_record_socket_at(&r, 1);
    CHECK(!s->allowed && s->port == 53);
    CHECK(strcmp(bx_record_text(&r.sockets, s->address), "192.0.2.2") == 0);
    bx_record_done(&r);
}

static void lists_are_bounded_and_counted(void)
{
    bx_record r;
    bx_record_init(&r);
    for (int i = 0; i < BX_MAX_EVENTS + 5; i++) {
        bx_record_add_file(&r, &opened, 1);
        bx_record_add_request(&r, &answered, 1);
    }
    CHECK(r.files.n == BX_MAX_EVENTS && r.files.omitted == 5);
    CHECK(r.requests.n == BX_MAX_EVENTS && r.requests.omitted == 5);
    bx_record_done(&r);
}

/* The texts of a hostile guest's paths have a bound of their own; what was kept stays whole. */
static void long_texts_are_left_out(void)
{
    static char path[4096];
    memset(path, 'p', sizeof path);
    bx_record r;
    bx_record_init(&r);
    bx_fs_event ev = {.op = BX_FS_OPEN, .path = {path, sizeof path}};
    for (int i = 0; i < 5000; i++)
        bx_record_add_file(&r, &ev, 1);
    CHECK(r.files.omitted > 0 && r.files.n + r.files.omitted == 5000);
    CHECK(r.files.texts.n <= 16 << 20);
    const bx_record_file *last = bx_record_file_at(&r, r.files.n - 1);
    CHECK(strlen(bx_record_text(&r.files, last->path)) == sizeof path);
    bx_record_done(&r);
}

static void no_memory_is_counted_as_left_out(void)
{
    bx_record r;
    bx_record_init(&r);
    bx_test_fail_alloc = 0;
    bx_record_add_file(&r, &opened, 1);
    bx_test_fail_alloc = -1;
    CHECK(r.files.n == 0 && r.files.omitted == 1);
    bx_record_add_file(&r, &opened, 1);
    CHECK(r.files.n == 1);
    bx_record_done(&r);
}

BXT_MAIN(RUN(entries_are_kept_whole); RUN(a_question_asked_again_is_one_entry);
         RUN(lists_are_bounded_and_counted); RUN(long_texts_are_left_out);
         RUN(no_memory_is_counted_as_left_out);)
