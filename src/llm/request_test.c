/* Requests: what each protocol makes of one transcript that has everything in it, and of those that
 * are not in order. */
#include "llm/test_stream.h"

static void add(bx_llm_message *m, bx_llm_block b)
{
    BX_ASSERT(bx_llm_message_add(m, &b, NULL) == BX_OK);
}

static void push(bx_llm_transcript *t, bx_llm_message *m)
{
    BX_ASSERT(bx_llm_transcript_push(t, m, NULL) == BX_OK);
}

static bx_llm_block call(const char *id, const char *name, const char *arguments)
{
    return (bx_llm_block){
        .kind = BX_LLM_TOOL_CALL,
        .id = bx_str_of(id),
        .name = bx_str_of(name),
        .text = bx_str_of(arguments),
    };
}

static bx_llm_block result(const char *id, const char *name, const char *text, bool is_error)
{
    return (bx_llm_block){
        .kind = BX_LLM_TOOL_RESULT,
        .id = bx_str_of(id),
        .name = bx_str_of(name),
        .text = bx_str_of(text),
        .is_error = is_error,
    };
}

static bx_llm_block said(const char *text)
{
    return (bx_llm_block){.kind = BX_LLM_TEXT, .text = bx_str_of(text)};
}

static bx_llm_block thought(const char *text, const char *opaque, const char *protocol)
{
    return (bx_llm_block){
        .kind = BX_LLM_THINKING,
        .text = bx_str_of(text),
        .opaque = bx_str_of(opaque),
        .protocol = bx_str_of(protocol),
    };
}

/* A question with a picture; thoughts of every provider, calls; results of each kind. */
static bx_llm_transcript everything(void)
{
    bx_llm_transcript t = {.n = 0};
    bx_llm_message m = {.role = BX_LLM_USER};
    const bx_llm_block image = {
        .kind = BX_LLM_IMAGE, .name = BX_LIT("image/png"), .text = BX_LIT("AAAA")};
    bx_llm_block parts[] = {said("a"), image, said("b")};
    add(&m, said("Look: \"x\"\n€"));
    add(&m, image);
    push(&t, &m);
    m.role = BX_LLM_ASSISTANT;
    add(&m, thought("hm", "\"c2ln\"", "anthropic"));
    add(&m, thought("", "{\"type\":\"redacted_thinking\",\"data\":\"z\"}", "anthropic"));
    add(&m,
        thought("r",
                "{\"type\":\"reasoning\",\"id\":\"rs\",\"summary\":[],\"encrypted_content\":\"g\"}",
                "openai-responses"));
    add(&m, thought("k", "\"reasoning_content\"", "openai-chat"));
    add(&m, said("Well."));
    bx_llm_block f = call("toolu_1", "fs.read", "{\"path\": \"a\"}");
    f.opaque = BX_LIT("\"AbA=\"");
    f.protocol = BX_LIT("gemini");
    add(&m, f);
    add(&m, call("functions.g:1", "g", "{\"cut"));
    push(&t, &m);
    m.role = BX_LLM_USER;
    bx_llm_block r = result("toolu_1", "fs.read", "", false);
    r.parts = parts;
    r.n_parts = BX_COUNT(parts);
    add(&m, r);
    add(&m, result("functions.g:1", "g", "no such thing", true));
    add(&m, said("Go on."));
    push(&t, &m);
    return t;
}

static const bx_llm_tool TOOLS[] = {
    {BX_LIT("fs.read"), BX_LIT("reads"), BX_LIT("{\"type\":\"object\",\"required\":[\"path\"]}")},
    {BX_LIT("g"), BX_LIT(""), BX_LIT("")},
};

static bool builds(const bx_llm_protocol *p, const char *url, const bx_llm_request *rq,
                   const char *want)
{
    const bx_llm m = {.model = (char *)"m1", .url = url, .protocol = p};
    const bx_wire_request w = {&m, rq};
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    bx_json_out o = bx_json_out_on(&out);
    BX_AUTOFREE char *text = quoted(want);
    p->build(&w, &o);
    bool same = bx_json_out_end(&o, NULL) == BX_OK && bx_str_eq(bx_buf_str(&out), bx_str_of(text));
    if (!same)
        printf("# %s\n#  got  %s\n#  want %s\n", p->name, out.p ? out.p : "", text);
    return same;
}

static bx_llm_request full(const bx_llm_transcript *t)
{
    return (bx_llm_request){
        .system = BX_LIT("Be good."),
        .transcript = t,
        .tools = TOOLS,
        .n_tools = BX_COUNT(TOOLS),
        .max_tokens = 100,
        .cache_key = BX_LIT("s1"),
    };
}

static void openai_chat(void)
{
    bx_llm_transcript t = everything();
    bx_llm_request rq = full(&t);
    CHECK(builds(
        &bx_openai_chat, "http://h/v1", &rq,
        "{'model':'m1','messages':[{'role':'system','content':'Be good.'},{'role':'user','con"
        "tent':[{'type':'text','text':'Look: \\'x\\'\\n€'},{'type':'image_url','image_url':{'"
        "url':'data:image/png;base64,AAAA'}}]},{'role':'assistant','content':'Well.','reasoni"
        "ng_content':'k','tool_calls':[{'id':'toolu_1','type':'function','function':{'name':'"
        "fs_read_d154e2a4','arguments':'{\\'path\\':\\'a\\'}'}},{'id':'functions_g_1_3d39e8d4"
        "','type':'function','function':{'name':'g','arguments':'{\\'invalid_arguments\\':\\'"
        "{\\\\\\'cut\\'}'}}]},{'role':'tool','tool_call_id':'toolu_1','content':'a\\nb'},{'ro"
        "le':'tool','tool_call_id':'functions_g_1_3d39e8d4','content':'error: no such thing'}"
        ",{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;ba"
        "se64,AAAA'}},{'type':'text','text':'Go on.'}]}],'tools':[{'type':'function','functio"
        "n':{'name':'fs_read_d154e2a4','description':'reads','parameters':{'type':'object','r"
        "equired':['path']}}},{'type':'function','function':{'name':'g','description':'','par"
        "ameters':{'type':'object','properties':{}}}}],'stream':true,'stream_options':{'inclu"
        "de_usage':true},'max_tokens':100}"));
    bx_llm_transcript_done(&t);
}

static void anthropic(void)
{
    bx_llm_transcript t = everything();
    bx_llm_request rq = full(&t);
    CHECK(builds(
        &bx_anthropic, "http://h", &rq,
        "{'model':'m1','max_tokens':100,'stream':true,'tools':[{'name':'fs_read_d154e2a4','de"
        "scription':'reads','input_schema':{'type':'object','required':['path']}},{'name':'g'"
        ",'description':'','input_schema':{'type':'object','properties':{}}}],'system':[{'typ"
        "e':'text','text':'Be good.','cache_control':{'type':'ephemeral'}}],'messages':[{'rol"
        "e':'user','content':[{'type':'text','text':'Look: \\'x\\'\\n€'},{'type':'image','sou"
        "rce':{'type':'base64','media_type':'image/png','data':'AAAA'},'cache_control':{'type"
        "':'ephemeral'}}]},{'role':'assistant','content':[{'type':'thinking','thinking':'hm',"
        "'signature':'c2ln'},{'type':'redacted_thinking','data':'z'},{'type':'text','text':'W"
        "ell.'},{'type':'tool_use','id':'toolu_1','name':'fs_read_d154e2a4','input':{'path':'"
        "a'}},{'type':'tool_use','id':'functions_g_1_3d39e8d4','name':'g','input':{'invalid_a"
        "rguments':'{\\'cut'}}]},{'role':'user','content':[{'type':'tool_result','tool_use_id"
        "':'toolu_1','content':[{'type':'text','text':'a'},{'type':'image','source':{'type':'"
        "base64','media_type':'image/png','data':'AAAA'}},{'type':'text','text':'b'}]},{'type"
        "':'tool_result','tool_use_id':'functions_g_1_3d39e8d4','is_error':true,'content':'no"
        " such thing'},{'type':'text','text':'Go on.','cache_control':{'type':'ephemeral'}}]}"
        "]}"));
    bx_llm_transcript_done(&t);
}

static void openai_responses(void)
{
    bx_llm_transcript t = everything();
    bx_llm_request rq = full(&t);
    CHECK(builds(
        &bx_openai_responses, "http://h/v1", &rq,
        "{'model':'m1','instructions':'Be good.','tools':[{'type':'function','name':'fs_read_"
        "d154e2a4','description':'reads','parameters':{'type':'object','required':['path']},'"
        "strict':false},{'type':'function','name':'g','description':'','parameters':{'type':'"
        "object','properties':{}},'strict':false}],'tool_choice':'auto','parallel_tool_calls'"
        ":true,'input':[{'type':'message','role':'user','content':[{'type':'input_text','text"
        "':'Look: \\'x\\'\\n€'},{'type':'input_image','detail':'auto','image_url':'data:image"
        "/png;base64,AAAA'}]},{'type':'reasoning','id':'rs','summary':[],'encrypted_content':"
        "'g'},{'type':'message','role':'assistant','content':'Well.'},{'type':'function_call'"
        ",'call_id':'toolu_1','name':'fs_read_d154e2a4','arguments':'{\\'path\\':\\'a\\'}'},{"
        "'type':'function_call','call_id':'functions_g_1_3d39e8d4','name':'g','arguments':'{"
        "\\'invalid_arguments\\':\\'{\\\\\\'cut\\'}'},{'type':'function_call_output','call_id"
        "':'toolu_1','output':[{'type':'input_text','text':'a\\nb'},{'type':'input_image','de"
        "tail':'auto','image_url':'data:image/png;base64,AAAA'}]},{'type':'function_call_outp"
        "ut','call_id':'functions_g_1_3d39e8d4','output':'error: no such thing'},{'type':'mes"
        "sage','role':'user','content':[{'type':'input_text','text':'Go on.'}]}],'stream':tru"
        "e,'store':false,'include':['reasoning.encrypted_content'],'max_output_tokens':100,'p"
        "rompt_cache_key':'s1'}"));
    bx_llm_transcript_done(&t);
}

static void gemini(void)
{
    bx_llm_transcript t = everything();
    bx_llm_request rq = full(&t);
    CHECK(builds(
        &bx_gemini, "http://h", &rq,
        "{'systemInstruction':{'parts':[{'text':'Be good.'}]},'tools':[{'functionDeclarations"
        "':[{'name':'fs_read_d154e2a4','description':'reads','parametersJsonSchema':{'type':'"
        "object','required':['path']}},{'name':'g','description':'','parametersJsonSchema':{'"
        "type':'object','properties':{}}}]}],'contents':[{'role':'user','parts':[{'text':'Loo"
        "k: \\'x\\'\\n€'},{'inlineData':{'mimeType':'image/png','data':'AAAA'}}]},{'role':'mo"
        "del','parts':[{'text':'Well.'},{'thoughtSignature':'AbA=','functionCall':{'id':'tool"
        "u_1','name':'fs_read_d154e2a4','args':{'path':'a'}}},{'functionCall':{'id':'function"
        "s.g:1','name':'g','args':{'invalid_arguments':'{\\'cut'}}}]},{'role':'user','parts':"
        "[{'functionResponse':{'id':'toolu_1','name':'fs_read_d154e2a4','response':{'output':"
        "'a\\nb'}}},{'functionResponse':{'id':'functions.g:1','name':'g','response':{'error':"
        "'no such thing'}}},{'inlineData':{'mimeType':'image/png','data':'AAAA'}},{'text':'Go"
        " on.'}]}],'generationConfig':{'maxOutputTokens':100}}"));
    bx_llm_transcript_done(&t);
}

/* A call that was interrupted; a result whose call was cut away; calls at the very end. */
static bx_llm_transcript disorder(void)
{
    bx_llm_transcript t = {.n = 0};
    bx_llm_message m = {.role = BX_LLM_USER};
    add(&m, result("gone", "h", "old", false));
    push(&t, &m);
    m.role = BX_LLM_ASSISTANT;
    add(&m, call("a", "f", "{}"));
    add(&m, call("b", "g", ""));
    push(&t, &m);
    m.role = BX_LLM_USER;
    add(&m, said("so?"));
    add(&m, result("b", "g", "2", false));
    push(&t, &m);
    m.role = BX_LLM_ASSISTANT;
    add(&m, call("c", "f", "{}"));
    push(&t, &m);
    return t;
}

static void puts_in_order(void)
{
    bx_llm_transcript t = disorder();
    bx_llm_request rq = {.transcript = &t, .no_cache = true};
    CHECK(builds(
        &bx_openai_chat, "http://h", &rq,
        "{'model':'m1','messages':[{'role':'user','content':'old'},{'role':'assistant','conte"
        "nt':null,'tool_calls':[{'id':'a','type':'function','function':{'name':'f','arguments"
        "':'{}'}},{'id':'b','type':'function','function':{'name':'g','arguments':'{}'}}]},{'r"
        "ole':'tool','tool_call_id':'a','content':'no result: the call was interrupted'},{'ro"
        "le':'tool','tool_call_id':'b','content':'2'},{'role':'user','content':'so?'},{'role'"
        ":'assistant','content':null,'tool_calls':[{'id':'c','type':'function','function':{'n"
        "ame':'f','arguments':'{}'}}]},{'role':'tool','tool_call_id':'c','content':'no result"
        ": the call was interrupted'}],'stream':true,'stream_options':{'include_usage':true}}"));
    CHECK(builds(
        &bx_anthropic, "http://h", &rq,
        "{'model':'m1','max_tokens':8192,'stream':true,'messages':[{'role':'user','content':["
        "{'type':'text','text':'[a result] old'}]},{'role':'assistant','content':[{'type':'to"
        "ol_use','id':'a','name':'f','input':{}},{'type':'tool_use','id':'b','name':'g','inpu"
        "t':{}}]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','is_error"
        "':true,'content':'no result: the call was interrupted'},{'type':'tool_result','tool_"
        "use_id':'b','content':'2'},{'type':'text','text':'so?'}]},{'role':'assistant','conte"
        "nt':[{'type':'tool_use','id':'c','name':'f','input':{}}]},{'role':'user','content':["
        "{'type':'tool_result','tool_use_id':'c','is_error':true,'content':'no result: the ca"
        "ll was interrupted'}]}]}"));
    CHECK(builds(
        &bx_openai_responses, "http://h", &rq,
        "{'model':'m1','input':[{'type':'message','role':'user','content':[{'type':'input_tex"
        "t','text':'old'}]},{'type':'function_call','call_id':'a','name':'f','arguments':'{}'"
        "},{'type':'function_call','call_id':'b','name':'g','arguments':'{}'},{'type':'functi"
        "on_call_output','call_id':'a','output':'no result: the call was interrupted'},{'type"
        "':'function_call_output','call_id':'b','output':'2'},{'type':'message','role':'user'"
        ",'content':[{'type':'input_text','text':'so?'}]},{'type':'function_call','call_id':'"
        "c','name':'f','arguments':'{}'},{'type':'function_call_output','call_id':'c','output"
        "':'no result: the call was interrupted'}],'stream':true,'store':false,'include':['re"
        "asoning.encrypted_content']}"));
    CHECK(builds(
        &bx_gemini, "http://h", &rq,
        "{'contents':[{'role':'user','parts':[{'text':'old'}]},{'role':'model','parts':[{'tho"
        "ughtSignature':'skip_thought_signature_validator','functionCall':{'id':'a','name':'f"
        "','args':{}}},{'functionCall':{'id':'b','name':'g','args':{}}}]},{'role':'user','par"
        "ts':[{'functionResponse':{'id':'a','name':'f','response':{'error':'no result: the ca"
        "ll was interrupted'}}},{'functionResponse':{'id':'b','name':'g','response':{'output'"
        ":'2'}}},{'text':'so?'}]},{'role':'model','parts':[{'thoughtSignature':'skip_thought_"
        "signature_validator','functionCall':{'id':'c','name':'f','args':{}}}]},{'role':'user"
        "','parts':[{'functionResponse':{'id':'c','name':'f','response':{'error':'no result: "
        "the call was interrupted'}}}]}]}"));
    bx_llm_transcript_done(&t);
}

static void says_what_was_asked(void)
{
    bx_llm_transcript t = {.n = 0};
    bx_llm_request rq = {
        .transcript = &t,
        .tools = TOOLS,
        .n_tools = 2,
        .choice = BX_LLM_ONE,
        .choice_name = BX_LIT("g"),
        .one_tool_at_a_time = true,
        .has_temperature = true,
        .temperature = 0.5,
        .effort = BX_LIT("low"),
        .no_cache = true,
    };
    CHECK(bx_llm_transcript_say(&t, BX_LLM_USER, BX_LIT("x"), NULL) == BX_OK);
    rq.n_tools = 1;
    CHECK(builds(
        &bx_openai_chat, "https://api.openai.com/v1", &rq,
        "{'model':'m1','messages':[{'role':'user','content':'x'}],'tools':[{'type':'function'"
        ",'function':{'name':'fs_read_d154e2a4','description':'reads','parameters':{'type':'o"
        "bject','required':['path']}}}],'tool_choice':{'type':'function','function':{'name':'"
        "g'}},'parallel_tool_calls':false,'stream':true,'stream_options':{'include_usage':tru"
        "e},'temperature':0.5,'reasoning_effort':'low'}"));
    CHECK(builds(
        &bx_anthropic, "http://h", &rq,
        "{'model':'m1','max_tokens':8192,'stream':true,'tools':[{'name':'fs_read_d154e2a4','d"
        "escription':'reads','input_schema':{'type':'object','required':['path']}}],'tool_cho"
        "ice':{'type':'tool','name':'g','disable_parallel_tool_use':true},'messages':[{'role'"
        ":'user','content':[{'type':'text','text':'x'}]}],'temperature':0.5,'output_config':{"
        "'effort':'low'}}"));
    CHECK(builds(
        &bx_openai_responses, "http://h", &rq,
        "{'model':'m1','tools':[{'type':'function','name':'fs_read_d154e2a4','description':'r"
        "eads','parameters':{'type':'object','required':['path']},'strict':false}],'tool_choi"
        "ce':{'type':'function','name':'g'},'parallel_tool_calls':false,'input':[{'type':'mes"
        "sage','role':'user','content':[{'type':'input_text','text':'x'}]}],'stream':true,'st"
        "ore':false,'include':['reasoning.encrypted_content'],'temperature':0.5,'reasoning':{"
        "'effort':'low','summary':'auto'}}"));
    CHECK(builds(
        &bx_gemini, "http://h", &rq,
        "{'tools':[{'functionDeclarations':[{'name':'fs_read_d154e2a4','description':'reads',"
        "'parametersJsonSchema':{'type':'object','required':['path']}}]}],'toolConfig':{'func"
        "tionCallingConfig':{'mode':'ANY','allowedFunctionNames':['g']}},'contents':[{'role':"
        "'user','parts':[{'text':'x'}]}],'generationConfig':{'temperature':0.5,'thinkingConfi"
        "g':{'thinkingLevel':'low'}}}"));
    bx_llm_transcript_done(&t);
}

/* What a provider marked comes back to its protocol, and to no other. */
static void marks_come_back(void)
{
    bx_llm_transcript t = {.n = 0};
    bx_llm_message m = {.role = BX_LLM_ASSISTANT};
    bx_llm_block phase = said("Well."), f = call("i", "f", "{}");
    phase.opaque = BX_LIT("\"commentary\"");
    phase.protocol = BX_LIT("openai-responses");
    f.opaque = BX_LIT("{\"google\":{\"thought_signature\":\"AbC=\"}}");
    f.protocol = BX_LIT("openai-chat");
    add(&m, phase);
    add(&m, f);
    push(&t, &m);
    bx_llm_request rq = {.transcript = &t, .max_tokens = 9};
    CHECK(builds(
        &bx_openai_chat, "https://me.openai.azure.com/openai/v1", &rq,
        "{'model':'m1','messages':[{'role':'assistant','content':'Well.','tool_calls':[{'id':'i','"
        "type':'function','function':{'name':'f','arguments':'{}'},'extra_content':{'google':{'"
        "thought_signature':'AbC='}}}]},{'role':'tool','tool_call_id':'i','content':'no result: "
        "the call was interrupted'}],'stream':true,'stream_options':{'include_usage':true},'max_"
        "completion_tokens':9}"));
    CHECK(builds(
        &bx_openai_responses, "http://h", &rq,
        "{'model':'m1','input':[{'type':'message','role':'assistant','phase':'commentary','content"
        "':'Well.'},{'type':'function_call','call_id':'i','name':'f','arguments':'{}'},{'type':'"
        "function_call_output','call_id':'i','output':'no result: the call was interrupted'}],'"
        "stream':true,'store':false,'include':['reasoning.encrypted_content'],'max_output_tokens':"
        "9}"));
    CHECK(builds(
        &bx_anthropic, "http://h", &rq,
        "{'model':'m1','max_tokens':9,'stream':true,'messages':[{'role':'assistant','content':[{'"
        "type':'text','text':'Well.'},{'type':'tool_use','id':'i','name':'f','input':{}}]},{'role':"
        "'user','content':[{'type':'tool_result','tool_use_id':'i','is_error':true,'content':'no "
        "result: the call was interrupted'}]}]}"));
    bx_llm_transcript_done(&t);
}

static void names_are_mapped_and_back(void)
{
    char wire[BX_WIRE_NAME], other[BX_WIRE_NAME];
    bx_llm_request rq = {.tools = TOOLS, .n_tools = 2};
    bx_wire_name(BX_LIT("read"), wire);
    CHECK(strcmp(wire, "read") == 0);
    bx_wire_name(BX_LIT("fs.read"), wire);
    bx_wire_name(BX_LIT("fs/read"), other);
    CHECK(strcmp(wire, other) != 0 && strlen(wire) == 16);
    CHECK(bx_str_eq(bx_wire_tool(&rq, bx_str_of(wire)), BX_LIT("fs.read")));
    CHECK(bx_str_eq(bx_wire_tool(&rq, BX_LIT("g")), BX_LIT("g")));
    CHECK(bx_str_eq(bx_wire_tool(&rq, BX_LIT("fs_read")), BX_LIT("fs_read")));
    char long_name[200];
    memset(long_name, 'x', sizeof long_name);
    bx_wire_name((bx_str){long_name, 64}, wire);
    CHECK(strlen(wire) == 64 && strspn(wire, "x") == 64);
    bx_wire_name((bx_str){long_name, 65}, wire);
    CHECK(strlen(wire) == 64 && strspn(wire, "x") == 55);
    bx_wire_name(BX_LIT(""), wire);
    CHECK(strlen(wire) == 9);
}

/* A request that could not be made whole is none. */
static bx_code build_or_fail(const bx_llm_protocol *p, const bx_llm_request *rq)
{
    const bx_llm m = {.model = (char *)"m1", .url = "http://h", .protocol = p};
    const bx_wire_request w = {&m, rq};
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    bx_json_out o = bx_json_out_on(&out);
    p->build(&w, &o);
    bx_code rc = bx_json_out_end(&o, NULL);
    return rc;
}

static void never_leaves_anything_out(void)
{
    static const bx_llm_protocol *const PROTOCOLS[] = {&bx_openai_chat, &bx_openai_responses,
                                                       &bx_anthropic, &bx_gemini};
    bx_llm_transcript full_one = everything(), other = disorder();
    for (size_t i = 0; i < BX_COUNT(PROTOCOLS); i++) {
        bx_llm_request rq = full(&full_one), loose = full(&other);
        EACH_ALLOC_FAILS(rc, { rc = build_or_fail(PROTOCOLS[i], &rq); });
        EACH_ALLOC_FAILS(rc, { rc = build_or_fail(PROTOCOLS[i], &loose); });
    }
    bx_llm_transcript_done(&full_one);
    bx_llm_transcript_done(&other);
}

BXT_MAIN(RUN(openai_chat); RUN(anthropic); RUN(openai_responses); RUN(gemini); RUN(puts_in_order);
         RUN(says_what_was_asked); RUN(marks_come_back); RUN(names_are_mapped_and_back);
         RUN(never_leaves_anything_out);)
