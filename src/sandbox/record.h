/* sandbox/record.h - what a call touched: files, requests, sockets, in order.  Apart from the
 * outcome, which says how it ended: a record can be kept, shown or left out.
 *
 * Several threads may add at once.  Every list is bounded by BX_MAX_EVENTS and its texts by 16 MiB;
 * what does not fit, or finds no memory, is counted as omitted. */
#ifndef BX_SANDBOX_RECORD_H
#define BX_SANDBOX_RECORD_H

#include <pthread.h>

#include "base/buf.h"
#include "egress/egress.h"
#include "vfs/vfs.h"

typedef struct bx_record_list { /* of one kind of entry; texts are offsets into `texts` */
    void *items;                /* owned */
    size_t n, cap, omitted;
    bx_buf texts; /* NUL-terminated, one after the other */
} bx_record_list;

typedef struct bx_record_process { /* a program the call started */
    int32_t pid, parent;
    uint32_t program, args; /* the arguments as one text, bounded */
    uint32_t end;           /* "exit", "signal", "trap", … */
    uint32_t error;         /* words of what ended it; empty: none */
    int32_t code;
    uint64_t begin_us; /* since the call began */
    uint64_t wall_us, cpu_us, memory_bytes;
} bx_record_process;

typedef struct bx_record_file {
    int32_t pid; /* of the process; 1: the call itself */
    bx_fs_op op;
    bx_errno result;
    unsigned rights; /* 1 read, 2 write: what was asked for */
    uint32_t path, path2;
} bx_record_file;

typedef struct bx_record_request { /* one HTTP request, as the guard saw it */
    int32_t pid;
    uint32_t method, url, address, rule;
    uint32_t error; /* empty text = none */
    int status;     /* 0 when no answer came */
    bool allowed;
    uint64_t bytes_in, bytes_out, time_us;
} bx_record_request;

typedef struct bx_record_socket { /* a raw socket was to be connected, or to send somewhere */
    uint32_t proto;               /* "tcp" or "udp" */
    uint32_t address, rule;
    uint16_t port;
    bool allowed;
} bx_record_socket;

typedef struct bx_record {
    bx_record_list files, requests, sockets, processes;
    pthread_mutex_t lock;
} bx_record;

/* An empty record; bx_record_done frees what it owns and leaves it empty. */
void bx_record_init(bx_record *r);
void bx_record_done(bx_record *r);

/* NULL as record is fine: nothing is kept. */
void bx_record_add_file(bx_record *r, const bx_fs_event *ev, int32_t pid);
void bx_record_add_request(bx_record *r, const bx_egress_event *ev, int32_t pid);
/* `ip` of family 0: a socket was to be made, and was refused.
 * The same question with the same answer twice in a row is one entry: datagrams ask each time. */
void bx_record_add_socket(bx_record *r, bx_str proto, bx_ip ip, uint16_t port, const bx_verdict *v);

/* `p` without its texts, which are given beside it. */
typedef struct bx_process_texts {
    bx_str program, args, end, error;
} bx_process_texts;
void bx_record_add_process(bx_record *r, const bx_record_process *p, const bx_process_texts *t);
const bx_record_process *bx_record_process_at(const bx_record *r, size_t i);

/* Entry `i` of a list; the text at `offset`. */
const bx_record_file *bx_record_file_at(const bx_record *r, size_t i);
const bx_record_request *bx_record_request_at(const bx_record *r, size_t i);
const bx_record_socket *bx_record_socket_at(const bx_record *r, size_t i);
const char *bx_record_text(const bx_record_list *l, uint32_t offset);

#endif
