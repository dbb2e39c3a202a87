/* Where providers are, as the environment says it. */
#include "llm/providers.h"

#include <stdlib.h>

#include "base/test.h"

static const bx_provider *provider(const char *name)
{
    for (size_t i = 0; i < bx_providers_count; i++)
        if (strcmp(bx_providers[i].name, name) == 0)
            return &bx_providers[i];
    return NULL;
}

static void set(const char *name, const char *value)
{
    BX_ASSERT((value ? setenv(name, value, 1) : unsetenv(name)) == 0);
}

static bool is_at(const char *name, const char *url, bool by_name)
{
    BX_AUTO_BUF got = bx_buf_init(4096);
    bool named = !by_name;
    bool same = bx_provider_url(provider(name), &got, &named, NULL) == BX_OK && named == by_name &&
                bx_str_eq(bx_buf_str(&got), bx_str_of(url));
    if (!same)
        printf("# %s: got %s, want %s\n", name, got.p ? got.p : "", url);
    return same;
}

static void the_table_and_its_variable(void)
{
    set("OLLAMA_HOST", NULL);
    set("OPENAI_BASE_URL", NULL);
    CHECK(is_at("openai", "https://api.openai.com/v1", false));
    CHECK(is_at("ollama", "http://127.0.0.1:11434/v1", false));
    set("OPENAI_BASE_URL", "http://gpu:1/x");
    CHECK(is_at("openai", "http://gpu:1/x", true));
    set("OPENAI_BASE_URL", "");
    CHECK(is_at("openai", "https://api.openai.com/v1", false));
}

static void what_servers_are_told(void)
{
    static const char *const rows[][2] = {
        {"127.0.0.1", "http://127.0.0.1:11434/v1"},
        {"0.0.0.0", "http://127.0.0.1:11434/v1"},
        {"0.0.0.0:8000", "http://127.0.0.1:8000/v1"},
        {":8000", "http://127.0.0.1:8000/v1"},
        {"gpu.lan", "http://gpu.lan:11434/v1"},
        {"gpu.lan:1/", "http://gpu.lan:1/v1"},
        {"http://gpu.lan", "http://gpu.lan/v1"},
        {"https://gpu.lan/ollama/", "https://gpu.lan/ollama/v1"},
        {"https://gpu.lan:8443", "https://gpu.lan:8443/v1"},
        {"[::]", "http://127.0.0.1:11434/v1"},
        {"::", "http://127.0.0.1:11434/v1"},
        {"::1", "http://[::1]:11434/v1"},
        {"[::1]:9", "http://[::1]:9/v1"},
        {"http://[fd00::1]:9", "http://[fd00::1]:9/v1"},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        set("OLLAMA_HOST", rows[i][0]);
        CHECK(is_at("ollama", rows[i][1], true));
    }
    set("OLLAMA_BASE_URL", "http://h/v1"); /* what is said to us counts before what is said to it */
    CHECK(is_at("ollama", "http://h/v1", true));
    set("OLLAMA_BASE_URL", NULL);
    set("OLLAMA_HOST", NULL);
    set("LLAMA_ARG_PORT", "9090");
    CHECK(is_at("llamacpp", "http://127.0.0.1:9090/v1", true));
    set("LLAMA_ARG_HOST", "0.0.0.0");
    CHECK(is_at("llamacpp", "http://127.0.0.1:9090/v1", true));
    set("LLAMA_ARG_PORT", NULL);
    CHECK(is_at("llamacpp", "http://127.0.0.1:8080/v1", true));
    set("LLAMA_ARG_HOST", NULL);
}

static void without_memory(void)
{
    set("OLLAMA_HOST", "https://gpu.lan/ollama");
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO_BUF got = bx_buf_init(4096);
        bool named;
        rc = bx_provider_url(provider("ollama"), &got, &named, NULL);
    });
    set("OLLAMA_HOST", NULL);
}

BXT_MAIN(set("OLLAMA_BASE_URL", NULL); RUN(the_table_and_its_variable); RUN(what_servers_are_told);
         RUN(without_memory);)
