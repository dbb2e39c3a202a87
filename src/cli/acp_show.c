#include "cli/acp_show.h"

#include <stdio.h>
#include <time.h>

#include "app/approvals.h"
#include "codec/shown.h"
#include "llm/llm.h"

enum { MAX_TITLE = 120, MAX_ARGUMENTS = BX_APPROVAL_MAX_TEXT };

/* ---- pieces ---------------------------------------------------------------------------------- */

bx_str bx_acp_text(const bx_json_val *object, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(object, bx_str_of(key)), &s);
    return s;
}

void bx_acp_put(bx_json_out *o, const char *key, bx_str text)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, text);
}

static void put_content(bx_json_out *o, bx_str text)
{
    bx_json_out_key(o, BX_LIT("content"));
    bx_json_out_begin_object(o);
    bx_acp_put(o, "type", BX_LIT("text"));
    bx_acp_put(o, "text", text);
    bx_json_out_end_object(o);
}

static void begin_update(const bx_acp_show *s, bx_acp_message *m, const char *kind)
{
    bx_acp_notify(m, "session/update");
    bx_acp_put(&m->out, "sessionId", s->id);
    bx_json_out_key(&m->out, BX_LIT("update"));
    bx_json_out_begin_object(&m->out);
    bx_acp_put(&m->out, "sessionUpdate", bx_str_of(kind));
}

static void end_update(const bx_acp_show *s, bx_acp_message *m)
{
    bx_json_out_end_object(&m->out);
    bx_acp_send(s->peer, m);
}

void bx_acp_show_words(const bx_acp_show *s, const char *kind, bx_str text)
{
    bx_acp_message m;
    begin_update(s, &m, kind);
    put_content(&m.out, text);
    end_update(s, &m);
}

void bx_acp_show_done(bx_acp_show *s)
{
    bx_buf_done(&s->path);
    bx_buf_done(&s->before);
}

/* ---- tool calls ------------------------------------------------------------------------------ */

static const char *kind_of(bx_str tool)
{
    static const char *const rows[][2] = {
        {"read", "read"},      {"glob", "search"},  {"grep", "search"}, {"edit", "edit"},
        {"write", "edit"},     {"bash", "execute"}, {"js", "execute"},  {"web_fetch", "fetch"},
        {"delegate", "think"}, {"tasks", "think"}};
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        if (bx_str_eq(tool, bx_str_of(rows[i][0])))
            return rows[i][1];
    }
    return "other";
}

/* "read src/main.c": the tool, and the first line of what it is about. */
static void put_title(bx_json_out *o, bx_str name, const bx_json_val *args)
{
    static const char *const about[] = {"path", "command", "pattern", "url"};
    BX_AUTO_BUF title = bx_buf_init(4096);
    bx_str text = BX_LIT("");
    for (size_t i = 0; i < BX_COUNT(about) && text.n == 0; i++)
        text = bx_acp_text(args, about[i]);
    const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
    size_t n = end ? (size_t)(end - text.p) : text.n;
    bx_shown_add(&title, name, MAX_TITLE);
    (void)bx_buf_add_z(&title, n ? " " : "");
    bx_shown_add(&title, (bx_str){text.p, n}, MAX_TITLE);
    (void)bx_buf_add_z(&title, end && n <= MAX_TITLE ? "…" : "");
    bx_acp_put(o, "title", bx_buf_str(&title));
}

/* Where it is at work, so that an editor can follow. */
static void put_places(bx_json_out *o, const bx_acp_files *files, const bx_json_val *args)
{
    BX_AUTO_BUF path = bx_buf_init(16 << 10);
    uint64_t line = 0;
    if (!files || !bx_acp_host_path(files, bx_acp_text(args, "path"), &path))
        return;
    bx_json_out_key(o, BX_LIT("locations"));
    bx_json_out_begin_array(o);
    bx_json_out_begin_object(o);
    bx_acp_put(o, "path", bx_buf_str(&path));
    if (bx_json_uint64(bx_json_get(args, BX_LIT("offset")), &line) && line && line < UINT32_MAX) {
        bx_json_out_key(o, BX_LIT("line"));
        bx_json_out_uint(o, line);
    }
    bx_json_out_end_object(o);
    bx_json_out_end_array(o);
}

/* What a call is, as far as its arguments say: they are a model's, and may be anything. */
static void put_call(bx_json_out *o, const bx_acp_files *files, bx_str name,
                     const bx_json_val *args)
{
    put_title(o, name, args);
    bx_acp_put(o, "name", name);
    bx_acp_put(o, "kind", bx_str_of(kind_of(name)));
    put_places(o, files, args);
    if (args) {
        bx_json_out_key(o, BX_LIT("rawInput"));
        bx_json_out_value(o, args);
    }
}

static void put_diff(bx_json_out *o, const bx_acp_files *files, bx_str path, const bx_str *before,
                     bx_str after)
{
    BX_AUTO_BUF host = bx_buf_init(16 << 10);
    if (!bx_acp_host_path(files, path, &host))
        return;
    bx_json_out_begin_object(o);
    bx_acp_put(o, "type", BX_LIT("diff"));
    bx_acp_put(o, "path", bx_buf_str(&host));
    if (before)
        bx_acp_put(o, "oldText", *before);
    bx_acp_put(o, "newText", after);
    bx_json_out_end_object(o);
}

static void put_text_block(bx_json_out *o, bx_str text)
{
    bx_json_out_begin_object(o);
    bx_acp_put(o, "type", BX_LIT("content"));
    put_content(o, text);
    bx_json_out_end_object(o);
}

static bool flag(const bx_json_val *args, const char *key)
{
    bool on = false;
    (void)bx_json_bool(bx_json_get(args, bx_str_of(key)), &on);
    return on;
}

/* Nothing else is among the arguments. */
static bool are_all(const bx_json_val *args, const char *const *names, size_t n)
{
    bx_json_iter it = bx_json_iter_of(args);
    bx_str key;
    while (bx_json_next(&it, &key)) {
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known = known || bx_str_eq(key, bx_str_of(names[i]));
        if (!known)
            return false;
    }
    return true;
}

/* Lines of somebody else's, so that none of them ends the fence or acts on what shows them. */
static void add_fenced(bx_buf *to, const char *kind, bx_str text)
{
    size_t ticks = 2, run = 0;
    for (size_t i = 0; i < text.n; i++) {
        run = text.p[i] == '`' ? run + 1 : 0;
        ticks = run > ticks ? run : ticks;
    }
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i <= ticks; i++)
            (void)bx_buf_add_c(to, '`');
        (void)bx_buf_addf(to, "%s\n", side ? "" : kind);
        while (!side && text.n) {
            const char *end = memchr(text.p, '\n', text.n);
            size_t n = end ? (size_t)(end - text.p) : text.n;
            bx_shown_add(to, (bx_str){text.p, n}, 6 * n + 16);
            (void)bx_buf_add_c(to, '\n');
            text = bx_str_from(text, n + (end != NULL));
        }
    }
}

/* A title has the first line of it, and an editor need not show what it was sent as input. */
static void put_arguments(bx_json_out *o, bx_str name, bx_str arguments, const bx_json_val *args)
{
    static const char *const command[] = {"command"};
    bool is_command = bx_str_eq(name, BX_LIT("bash")), cut = arguments.n > MAX_ARGUMENTS;
    BX_AUTO_BUF text = bx_buf_init(16 * (size_t)MAX_ARGUMENTS);
    arguments.n = cut ? MAX_ARGUMENTS : arguments.n;
    if (is_command)
        add_fenced(&text, "sh", bx_acp_text(args, "command"));
    if (!is_command || !are_all(args, command, BX_COUNT(command)))
        add_fenced(&text, "json", arguments);
    if (cut)
        (void)bx_buf_add_z(&text, "and more: see the input\n");
    if (text.fail == BX_OK)
        put_text_block(o, bx_buf_str(&text));
}

/* What `write` would make of the whole file, and `edit` of one place in it; other changes are told
 * by their input alone. */
static bool put_intent(bx_json_out *o, const bx_acp_files *files, bx_str name,
                       const bx_json_val *args)
{
    static const char *const edits[] = {"path", "old_string", "new_string"};
    static const char *const writes[] = {"path", "content"};
    bx_str path = bx_acp_text(args, "path"), after = bx_acp_text(args, "content");
    bx_str old = bx_acp_text(args, "old_string");
    if (bx_str_eq(name, BX_LIT("edit")) && old.n) {
        put_diff(o, files, path, &old, bx_acp_text(args, "new_string"));
        return are_all(args, edits, BX_COUNT(edits));
    }
    if (!bx_str_eq(name, BX_LIT("write")) || flag(args, "append") ||
        bx_str_eq(bx_acp_text(args, "encoding"), BX_LIT("base64")))
        return false;
    BX_AUTO_BUF text = bx_buf_init((size_t)2 * BX_ACP_MAX_FILE);
    bx_acp_look look = bx_acp_read_file(files, path, &text);
    bx_str before = bx_buf_str(&text);
    if (look != BX_ACP_HIDDEN)
        put_diff(o, files, path, look == BX_ACP_TEXT ? &before : NULL, after);
    return look != BX_ACP_HIDDEN && are_all(args, writes, BX_COUNT(writes));
}

void bx_acp_put_asked(bx_json_out *o, const bx_acp_files *files, bx_str name, bx_str arguments,
                      bx_str why)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    const bx_json_val *args = NULL;
    if (bx_json_parse(arguments, BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK)
        args = bx_json_root(doc);
    put_call(o, files, name, args);
    bx_acp_put(o, "status", BX_LIT("pending"));
    bx_json_out_key(o, BX_LIT("content"));
    bx_json_out_begin_array(o);
    if (why.n)
        put_text_block(o, why);
    if (!args || !files || !put_intent(o, files, name, args))
        put_arguments(o, name, arguments, args);
    bx_json_out_end_array(o);
}

/* ---- calls of the journal -------------------------------------------------------------------- */

/* A model's own IDs of calls need not be unique: the place in the journal is. */
static uint64_t put_call_id(bx_json_out *o, bx_str of, const bx_json_val *event, const char *key)
{
    char text[BX_AGENT_MAX_ID + 32];
    uint64_t seq = 0;
    (void)bx_json_uint64(bx_json_get(event, bx_str_of(key)), &seq);
    (void)snprintf(text, sizeof text, "%.*s:%llu", BX_FMT(of), (unsigned long long)seq);
    bx_acp_put(o, "toolCallId", bx_str_of(text));
    return seq;
}

/* What a call that changes something finds.  Such calls run one at a time; what a loaded session
 * did is over, and its files are not what they were. */
static void remember(bx_acp_show *s, uint64_t seq, bx_str name, const bx_json_val *args, bool whole)
{
    s->call = 0;
    s->path.max = s->before.max = (size_t)2 * BX_ACP_MAX_FILE;
    bx_buf_clear(&s->path);
    bx_buf_clear(&s->before);
    s->is_plan = bx_str_eq(name, BX_LIT("tasks"));
    if (s->is_plan) {
        bx_json_out o = bx_json_out_on(&s->before);
        bx_json_out_value(&o, bx_json_get(args, BX_LIT("tasks")));
        s->call = seq;
    } else if (s->files && !whole && strcmp(kind_of(name), "edit") == 0) {
        bx_acp_look look = bx_acp_read_file(s->files, bx_acp_text(args, "path"), &s->before);
        (void)bx_buf_add_str(&s->path, bx_acp_text(args, "path"));
        s->was_there = look == BX_ACP_TEXT;
        s->call = look == BX_ACP_HIDDEN ? 0 : seq;
    }
}

static void show_call(bx_acp_show *s, const bx_json_val *event, bool whole)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    const bx_json_val *args = NULL;
    bx_acp_message m;
    bx_str name = bx_acp_text(event, "name");
    if (bx_json_parse(bx_acp_text(event, "arguments"), BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK)
        args = bx_json_root(doc);
    begin_update(s, &m, "tool_call");
    uint64_t seq = put_call_id(&m.out, s->id, event, "seq");
    put_call(&m.out, s->files, name, args);
    bx_acp_put(&m.out, "status", BX_LIT("in_progress"));
    end_update(s, &m);
    if (bx_str_eq(name, BX_LIT("tasks")) || strcmp(kind_of(name), "edit") == 0)
        remember(s, seq, name, args, whole);
}

static void show_plan(const bx_acp_show *s)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_acp_message m;
    if (bx_json_parse(bx_buf_str(&s->before), BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
        return;
    begin_update(s, &m, "plan");
    bx_json_out_key(&m.out, BX_LIT("entries"));
    bx_json_out_begin_array(&m.out);
    bx_json_iter it = bx_json_iter_of(bx_json_root(doc));
    for (const bx_json_val *t; (t = bx_json_next(&it, NULL));) {
        bx_str state = bx_acp_text(t, "state");
        bx_json_out_begin_object(&m.out);
        bx_acp_put(&m.out, "content", bx_acp_text(t, "text"));
        bx_acp_put(&m.out, "priority", BX_LIT("medium")); /* tasks have none */
        bx_acp_put(&m.out, "status",
                   bx_str_eq(state, BX_LIT("done"))    ? BX_LIT("completed")
                   : bx_str_eq(state, BX_LIT("doing")) ? BX_LIT("in_progress")
                                                       : BX_LIT("pending"));
        bx_json_out_end_object(&m.out);
    }
    bx_json_out_end_array(&m.out);
    end_update(s, &m);
}

static void put_change(bx_json_out *o, const bx_acp_show *s)
{
    BX_AUTO_BUF after = bx_buf_init((size_t)2 * BX_ACP_MAX_FILE);
    bx_str before = bx_buf_str(&s->before);
    if (bx_acp_read_file(s->files, bx_buf_str(&s->path), &after) == BX_ACP_TEXT)
        put_diff(o, s->files, bx_buf_str(&s->path), s->was_there ? &before : NULL,
                 bx_buf_str(&after));
}

/* Texts and images of one result. */
static void put_result(bx_json_out *o, const bx_json_val *block)
{
    const bx_json_val *parts = bx_json_get(block, BX_LIT("parts"));
    bx_json_iter it = bx_json_iter_of(parts);
    if (!parts)
        put_text_block(o, bx_acp_text(block, "text"));
    for (const bx_json_val *p; (p = bx_json_next(&it, NULL));) {
        if (!bx_str_eq(bx_acp_text(p, "type"), BX_LIT("image"))) {
            put_text_block(o, bx_acp_text(p, "text"));
            continue;
        }
        bx_json_out_begin_object(o);
        bx_acp_put(o, "type", BX_LIT("content"));
        bx_json_out_key(o, BX_LIT("content"));
        bx_json_out_begin_object(o);
        bx_acp_put(o, "type", BX_LIT("image"));
        bx_acp_put(o, "mimeType", bx_acp_text(p, "media_type"));
        bx_acp_put(o, "data", bx_acp_text(p, "data"));
        bx_json_out_end_object(o);
        bx_json_out_end_object(o);
    }
}

static void show_result(bx_acp_show *s, const bx_json_val *event)
{
    bx_acp_message m;
    bx_json_iter it =
        bx_json_iter_of(bx_json_get(bx_json_get(event, BX_LIT("message")), BX_LIT("content")));
    const bx_json_val *block = bx_json_next(&it, NULL);
    bool is_error = flag(block, "is_error");
    bool begun = bx_json_get(event, BX_LIT("call_seq")) != NULL;
    begin_update(s, &m, begun ? "tool_call_update" : "tool_call");
    uint64_t seq = put_call_id(&m.out, s->id, event, begun ? "call_seq" : "seq");
    bool changed = begun && seq == s->call && !is_error;
    if (!begun) { /* one that was answered instead of run */
        bx_acp_put(&m.out, "title", bx_acp_text(event, "name"));
        bx_acp_put(&m.out, "kind", bx_str_of(kind_of(bx_acp_text(event, "name"))));
    }
    bx_acp_put(&m.out, "status", is_error ? BX_LIT("failed") : BX_LIT("completed"));
    bx_json_out_key(&m.out, BX_LIT("content"));
    bx_json_out_begin_array(&m.out);
    if (changed && !s->is_plan)
        put_change(&m.out, s);
    put_result(&m.out, block);
    bx_json_out_end_array(&m.out);
    end_update(s, &m);
    if (changed && s->is_plan)
        show_plan(s);
    s->call = seq == s->call ? 0 : s->call;
}

static void show_message(const bx_acp_show *s, const bx_json_val *event, const char *kind)
{
    bx_json_iter it =
        bx_json_iter_of(bx_json_get(bx_json_get(event, BX_LIT("message")), BX_LIT("content")));
    for (const bx_json_val *b; (b = bx_json_next(&it, NULL));) {
        bx_str type = bx_acp_text(b, "type");
        if (bx_str_eq(type, BX_LIT("text")))
            bx_acp_show_words(s, kind, bx_acp_text(b, "text"));
        else if (bx_str_eq(type, BX_LIT("thinking")) && bx_acp_text(b, "text").n)
            bx_acp_show_words(s, "agent_thought_chunk", bx_acp_text(b, "text"));
    }
}

void bx_acp_show_event(bx_acp_show *s, bx_str line, bool whole)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (bx_json_parse(line, BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
        return;
    const bx_json_val *event = bx_json_root(doc);
    bx_str type = bx_acp_text(event, "type");
    if (bx_str_eq(type, BX_LIT("tool_call")))
        show_call(s, event, whole);
    else if (bx_str_eq(type, BX_LIT("tool_result")))
        show_result(s, event);
    else if (whole && bx_str_eq(type, BX_LIT("user")))
        show_message(s, event, "user_message_chunk");
    else if (whole && bx_str_eq(type, BX_LIT("assistant")) && !bx_json_get(event, BX_LIT("aside")))
        show_message(s, event, "agent_message_chunk");
}

/* ---- the session itself ---------------------------------------------------------------------- */

static const char *const mode_says[][2] = {
    [BX_MODE_DEFAULT] = {"Ask", "what changes something is asked about"},
    [BX_MODE_ACCEPT_EDITS] = {"Accept edits", "files of the workspace may be changed unasked"},
    [BX_MODE_PLAN] = {"Plan", "only tools that read"},
    [BX_MODE_DONT_ASK] = {"Do not ask", "what would be asked about is denied"},
};

void bx_acp_put_modes(bx_json_out *o, bx_policy_mode now)
{
    bx_json_out_key(o, BX_LIT("modes"));
    bx_json_out_begin_object(o);
    bx_acp_put(o, "currentModeId", bx_str_of(bx_policy_mode_name(now)));
    bx_json_out_key(o, BX_LIT("availableModes"));
    bx_json_out_begin_array(o);
    for (size_t i = 0; i < BX_COUNT(mode_says); i++) {
        bx_json_out_begin_object(o);
        bx_acp_put(o, "id", bx_str_of(bx_policy_mode_name((bx_policy_mode)i)));
        bx_acp_put(o, "name", bx_str_of(mode_says[i][0]));
        bx_acp_put(o, "description", bx_str_of(mode_says[i][1]));
        bx_json_out_end_object(o);
    }
    bx_json_out_end_array(o);
    bx_json_out_end_object(o);
}

void bx_acp_show_mode(const bx_acp_show *s, bx_policy_mode now)
{
    bx_acp_message m;
    begin_update(s, &m, "current_mode_update");
    bx_acp_put(&m.out, "currentModeId", bx_str_of(bx_policy_mode_name(now)));
    end_update(s, &m);
}

void bx_acp_show_commands(const bx_acp_show *s, const bx_acp_command *at, size_t n)
{
    bx_acp_message m;
    begin_update(s, &m, "available_commands_update");
    bx_json_out_key(&m.out, BX_LIT("availableCommands"));
    bx_json_out_begin_array(&m.out);
    for (size_t i = 0; i < n; i++) {
        bx_json_out_begin_object(&m.out);
        bx_acp_put(&m.out, "name", bx_str_of(at[i].name));
        bx_acp_put(&m.out, "description", bx_str_of(at[i].says));
        if (at[i].hint) {
            bx_json_out_key(&m.out, BX_LIT("input"));
            bx_json_out_begin_object(&m.out);
            bx_acp_put(&m.out, "hint", bx_str_of(at[i].hint));
            bx_json_out_end_object(&m.out);
        }
        bx_json_out_end_object(&m.out);
    }
    bx_json_out_end_array(&m.out);
    end_update(s, &m);
}

/* RFC 3339, UTC. */
void bx_acp_put_time(bx_json_out *o, const char *key, int64_t ms)
{
    char text[40];
    struct tm tm;
    time_t s = (time_t)(ms / 1000);
    (void)gmtime_r(&s, &tm);
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    bx_acp_put(o, key, bx_str_of(text));
}

void bx_acp_show_info(const bx_acp_show *s, bx_str title, int64_t updated_ms)
{
    bx_acp_message m;
    begin_update(s, &m, "session_info_update");
    if (title.n)
        bx_acp_put(&m.out, "title", title);
    bx_acp_put_time(&m.out, "updatedAt", updated_ms);
    end_update(s, &m);
}

void bx_acp_show_usage(const bx_acp_show *s, uint64_t used, uint64_t size, const uint64_t *cost)
{
    bx_acp_message m;
    begin_update(s, &m, "usage_update");
    bx_json_out_key(&m.out, BX_LIT("used"));
    bx_json_out_uint(&m.out, used);
    bx_json_out_key(&m.out, BX_LIT("size"));
    bx_json_out_uint(&m.out, size ? size : BX_AGENT_WINDOW);
    if (cost) {
        bx_json_out_key(&m.out, BX_LIT("cost"));
        bx_json_out_begin_object(&m.out);
        bx_json_out_key(&m.out, BX_LIT("amount"));
        bx_json_out_double(&m.out, (double)*cost / (double)BX_PICODOLLARS);
        bx_acp_put(&m.out, "currency", BX_LIT("USD"));
        bx_json_out_end_object(&m.out);
    }
    end_update(s, &m);
}

void bx_acp_show_notice(const bx_acp_show *s, const char *title, bx_str text)
{
    bx_acp_message m;
    begin_update(s, &m, "notice");
    bx_acp_put(&m.out, "severity", BX_LIT("warning"));
    bx_acp_put(&m.out, "title", bx_str_of(title));
    bx_acp_put(&m.out, "description", text);
    end_update(s, &m);
}
