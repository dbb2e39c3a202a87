/* OpenAI Chat as servers speak it: every quirk, cut at every byte. */
#include "llm/test_stream.h"

#define CHOICE(delta, finish) \
    D("{'choices':[{'index':0,'delta':" delta ",'finish_reason':" finish "}]}")
#define CALL(text)      CHOICE("{'tool_calls':[" text "]}", "null")
#define DONE            D("[DONE]")
#define MESSAGE(blocks) "{'role':'assistant','content':[" blocks "]}"
#define TEXT(text)      "{'type':'text','text':'" text "'}"
#define TOOL(id, name, arguments) \
    "{'type':'tool_call','id':'" id "','name':'" name "','arguments':'" arguments "'}"

static const stream_case CASES[] = {
    {"ordinary text",
     CHOICE("{'role':'assistant','content':''}", "null") CHOICE("{'content':'Hel'}", "null")
         CHOICE("{'content':'lo €😀'}", "null") CHOICE("{}", "'stop'")
             D("{'choices':[],'usage':{'prompt_tokens':12,'completion_tokens':3,'total_tokens':15,"
               "'prompt_tokens_details':{'cached_tokens':8},'completion_tokens_details':"
               "{'reasoning_tokens':1}}}") DONE,
     MESSAGE(TEXT("Hello €😀")) " end 4+8+0>3(1)"},
    {"two calls in pieces",
     CALL("{'index':0,'id':'call_x','type':'function','function':{'name':'f','arguments':''}}")
         CALL("{'index':0,'function':{'arguments':'{\\'a'}}")
             CALL("{'index':1,'id':'call_y','function':{'name':'g','arguments':'{}'}}") CALL(
                 "{'index':0,'function':{'arguments':'\\':1}'}}") CHOICE("{}", "'tool_calls'") DONE,
     MESSAGE(TOOL("call_x", "f", "{\\'a\\':1}") "," TOOL("call_y", "g", "{}")) " tools"},
    {"stop although there are calls",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':'{}'}}") CHOICE("{}", "'stop'")
         DONE,
     MESSAGE(TOOL("i", "f", "{}")) " tools"},
    {"other words for the end", CHOICE("{'content':'x'}", "'model_length'") DONE,
     MESSAGE(TEXT("x")) " window"},
    {"a model that refuses", CHOICE("{'content':'x'}", "'refusal'") DONE,
     MESSAGE(TEXT("x")) " filter"},
    {"a call that is signed",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':'{'},'extra_content':{'google':"
          "{'thought_signature':'AbC='}}}") CALL("{'index':0,'function':{'arguments':'}'}}")
         CHOICE("{}", "'tool_calls'") DONE,
     MESSAGE("{'type':'tool_call','id':'i','name':'f','arguments':'{}','opaque':'{\\'google\\':"
             "{\\'thought_signature\\':\\'AbC=\\'}}','protocol':'openai-chat'}") " tools"},
    {"no finish reason, text", CHOICE("{'content':'x'}", "null") DONE, MESSAGE(TEXT("x")) " end"},
    {"no finish reason, call",
     D("{'choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'i','function':{'name':'f',"
       "'arguments':'{}'}}]}}]}") DONE,
     MESSAGE(TOOL("i", "f", "{}")) " tools"},
    {"calls announced that are not there",
     CHOICE("{'content':'x','tool_calls':[]}", "null") CHOICE("{}", "'tool_calls'") DONE,
     MESSAGE(TEXT("x")) " end"},
    {"an empty id, and none",
     CALL("{'index':0,'id':'','function':{'name':'f','arguments':'{}'}}")
         CALL("{'index':1,'function':{'name':'g','arguments':'{}'}}") CHOICE("{}", "'tool_calls'"),
     MESSAGE(TOOL("call_0_", "f", "{}") "," TOOL("call_1_", "g", "{}")) " tools"},
    {"one id for all",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':'{}'}}")
         CALL("{'index':1,'id':'i','function':{'name':'g','arguments':'{}'}}")
             CHOICE("{}", "'tool_calls'"),
     MESSAGE(TOOL("i", "f", "{}") "," TOOL("call_1_", "g", "{}")) " tools"},
    {"arguments null at first",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':null}}")
         CALL("{'index':0,'id':null,'function':{'name':null,'arguments':'{\\'a\\':2}'}}")
             CHOICE("{}", "'tool_calls'"),
     MESSAGE(TOOL("i", "f", "{\\'a\\':2}")) " tools"},
    {"arguments empty for good",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':''}}")
         CHOICE("{}", "'tool_calls'") DONE,
     MESSAGE(TOOL("i", "f", "{}")) " tools"},
    {"no index",
     CALL("{'id':'i','function':{'name':'f','arguments':'{\\'a\\':'}}")
         CALL("{'function':{'arguments':'1}'}}")
             CALL("{'id':'j','function':{'name':'f','arguments':''}}")
                 CALL("{'id':'j','function':{'arguments':'{}'}}") CHOICE("{}", "'stop'"),
     MESSAGE(TOOL("i", "f", "{\\'a\\':1}") "," TOOL("j", "f", "{}")) " tools"},
    {"one index for all",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':'{}'}}")
         CALL("{'index':0,'id':'j','function':{'name':'f','arguments':'{'}}")
             CALL("{'index':0,'function':{'arguments':'}'}}") CHOICE("{}", "'stop'"),
     MESSAGE(TOOL("i", "f", "{}") "," TOOL("j", "f", "{}")) " tools"},
    {"objects for arguments, nothing numbered",
     CALL("{'function':{'name':'f','arguments':{'a':{'b':[1]}}}},"
          "{'function':{'name':'f','arguments':{'a':2}}}") CHOICE("{}", "'stop'") DONE,
     MESSAGE(TOOL("call_0_", "f", "{\\'a\\':{\\'b\\':[1]}}") "," TOOL("call_1_", "f",
                                                                      "{\\'a\\':2}")) " tools"},
    {"the name again with each piece",
     CALL("{'function':{'name':'f','arguments':'{\\'a'}}")
         CALL("{'function':{'name':'f','arguments':'\\':1}'}}") CHOICE("{}", "'stop'") DONE,
     MESSAGE(TOOL("call_0_", "f", "{\\'a\\':1}")) " tools"},
    {"arguments written as a string of JSON",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':'\\'{}\\''}}")
         CHOICE("{}", "'tool_calls'"),
     MESSAGE(TOOL("i", "f", "{}")) " tools"},
    {"arguments cut off",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':'{\\'a\\':\\'b'}}")
         CHOICE("{}", "'length'") DONE,
     MESSAGE("{'type':'tool_call','id':'i','name':'f','arguments':'{\\'a\\':\\'b',"
             "'broken':true}") " length"},
    {"arguments cut off before they begin",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':''}}") CHOICE("{}", "'length'"),
     MESSAGE("{'type':'tool_call','id':'i','name':'f','broken':true}") " length"},
    {"arguments that are no object",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':'[1]'}}")
         CHOICE("{}", "'tool_calls'"),
     MESSAGE("{'type':'tool_call','id':'i','name':'f','arguments':'[1]','broken':true}") " tools"},
    {"content as a list",
     CHOICE("{'content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]}", "null")
         CHOICE("{'content':[{'type':'thinking','thinking':[{'type':'text','text':'t'}]}]}", "null")
             CHOICE("{'content':'c'}", "'stop'"),
     MESSAGE(TEXT("ab") ",{'type':'thinking','text':'t'}," TEXT("c")) " end"},
    {"CRLF, comments, a mark, events with nothing in them",
     "\xEF\xBB\xBF: PROCESSING\r\n\r\ndata: {'choices':[{'index':0,\r\ndata: 'delta':{'content':"
     "'x'},'finish_reason':'stop'}]}\r\n\r\n:\r\n\r\ndata:\r\n\r\ndata: [DONE]\r\n\r\n",
     MESSAGE(TEXT("x")) " end"},
    {"a character cut into two pieces of JavaScript",
     CHOICE("{'content':'a\\ud83d'}", "null") CHOICE("{'content':'\\ude00b\\ud83d'}", "null")
         CHOICE("{'content':'c'}", "'stop'"),
     MESSAGE(TEXT("a😀b\xEF\xBF\xBD"
                  "c")) " end"},
    {"a character cut in arguments",
     CALL("{'index':0,'id':'i','function':{'name':'f','arguments':'{\\'a\\':\\'\\ud83d'}}")
         CALL("{'index':0,'function':{'arguments':'\\ude00\\'}'}}") CHOICE("{}", "'tool_calls'"),
     MESSAGE(TOOL("i", "f", "{\\'a\\':\\'😀\\'}")) " tools"},
    {"bytes that are no UTF-8",
     CHOICE("{'content':'a\xFF"
            "b\xE2\x82'}",
            "'stop'"),
     MESSAGE(TEXT("a\xEF\xBF\xBD"
                  "b\xEF\xBF\xBD\xEF\xBF\xBD")) " end"},
    {"usage in every piece",
     D("{'choices':[{'index':0,'delta':{'content':'x'}}],'usage':{'prompt_tokens':5,"
       "'completion_tokens':1}}") D("{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}],"
                                    "'usage':{'prompt_tokens':5,'completion_tokens':2}}"),
     MESSAGE(TEXT("x")) " end 5+0+0>2(0)"},
    {"usage in the choice, and null",
     D("{'choices':[{'index':0,'delta':{'content':'x'}}],'usage':null}")
         D("{'choices':[{'index':0,'delta':{},'finish_reason':'stop','usage':{'prompt_tokens':5,"
           "'completion_tokens':2}}]}"),
     MESSAGE(TEXT("x")) " end 5+0+0>2(0)"},
    {"thinking, one name",
     CHOICE("{'reasoning':'hm','reasoning_content':null}", "null")
         CHOICE("{'content':'x'}", "'stop'"),
     MESSAGE("{'type':'thinking','text':'hm'}," TEXT("x")) " end"},
    {"thinking, two names at once",
     CHOICE("{'reasoning':'hm','reasoning_content':'hm'}", "null")
         CHOICE("{'content':'x'}", "'stop'"),
     MESSAGE("{'type':'thinking','text':'hm','opaque':'\\'reasoning_content\\'','protocol':"
             "'openai-chat'}," TEXT("x")) " end"},
    {"details of thinking come back as they are",
     CHOICE("{'reasoning':'h','reasoning_details':[{'type':'reasoning.text','text':'h'}]}", "null")
         CHOICE("{'reasoning':'m','reasoning_details':[{'type':'reasoning.text','text':'m',"
                "'signature':'s'}]}",
                "null") CHOICE("{'content':'x'}", "'stop'"),
     MESSAGE("{'type':'thinking','text':'hm','opaque':'[{\\'type\\':\\'reasoning.text\\',"
             "\\'text\\':\\'h\\'},{\\'type\\':\\'reasoning.text\\',\\'text\\':\\'m\\',"
             "\\'signature\\':\\'s\\'}]','protocol':'openai-chat'}," TEXT("x")) " end"},
    {"a call as it was before there were several",
     CHOICE("{'function_call':{'name':'f','arguments':'{'}}", "null")
         CHOICE("{'function_call':{'arguments':'}'}}", "'function_call'"),
     MESSAGE(TOOL("call_0_", "f", "{}")) " tools"},
    {"a refusal", CHOICE("{'refusal':'I will not.'}", "null") CHOICE("{}", "'stop'"),
     MESSAGE(TEXT("I will not.")) " filter"},
    {"a filter", CHOICE("{'content':'x'}", "'content_filter'"), MESSAGE(TEXT("x")) " filter"},
    {"the whole message again at the end",
     CHOICE("{'content':'x'}", "null")
         D("{'choices':[{'index':0,'message':{'role':'assistant','content':'x'},"
           "'finish_reason':'stop'}]}"),
     MESSAGE(TEXT("x")) " end"},
    {"an answer that was not streamed",
     " {'choices':[{'index':0,'message':{'role':'assistant','content':'x','refusal':null,"
     "'tool_calls':[{'id':'i','type':'function','function':{'name':'f','arguments':'{}'}}]},"
     "'finish_reason':'tool_calls'}],'usage':{'prompt_tokens':1,'completion_tokens':2}}",
     MESSAGE(TEXT("x") "," TOOL("i", "f", "{}")) " tools 1+0+0>2(0)"},
    {"other choices and strange fields",
     D("{'choices':[{'index':1,'delta':{'content':'no'}}]}") D("{'obfuscation':'xxxx'}")
         D("{'choices':[]}") D("[]") D("7") CHOICE("{'content':'x','odd':[{}]}", "'eos'"),
     MESSAGE(TEXT("x")) " end"},
    {"an answer with nothing in it", CHOICE("{'content':''}", "'stop'") DONE, MESSAGE("") " end"},
    /* what is none */
    {"an error in the middle",
     CHOICE("{'content':'x'}", "null")
         D("{'error':{'message':'busy','type':'server_error','code':'server_is_overloaded'}}"),
     "!server again busy"},
    {"an error in the middle that is final",
     D("{'error':{'message':'pay','type':'insufficient_quota','code':'insufficient_quota'}}"),
     "!quota pay"},
    {"an error with a number",
     D("{'error':{'code':502,'message':'upstream'},'choices':[{'index':0,'delta':{'content':''},"
       "'finish_reason':'error'}]}"),
     "!server again upstream"},
    {"broken off by the server", CHOICE("{'content':'x'}", "'insufficient_system_resource'") DONE,
     "!server again the answer ended with insufficient_system_resource"},
    {"broken off", CHOICE("{'content':'x'}", "null"), "!network again the answer broke off"},
    {"nothing", "", "!network again the answer is empty"},
    {"comments alone", ": a\n\n: b\n\n", "!network again the answer is empty"},
    {"no JSON", D("{'choices'"),
     "!answer again the answer is no JSON: line 1, column 11: unexpected end of data"},
    {"an error that was not streamed", "{'error':'model not loaded'}", "!answer model not loaded"},
    {"no choices", "{'object':'list'}", "!answer the answer has no choices"},
};

static void reads_every_quirk(void) { CHECK(all_hold(&bx_openai_chat, CASES, BX_COUNT(CASES))); }

static void never_lies_without_memory(void)
{
    CHECK(all_survive(&bx_openai_chat, CASES, BX_COUNT(CASES)));
}

BXT_MAIN(RUN(reads_every_quirk); RUN(never_lies_without_memory);)
