/* Anthropic Messages: answers cut at every byte. */
#include "llm/test_stream.h"

#define E(type, rest) "event: " type "\ndata: {'type':'" type "'" rest "}\n\n"
#define START \
    E("message_start", \
      ",'message':{'id':'m','content':[],'usage':{'input_tokens':10,'cache_read_input_tokens':90," \
      "'cache_creation_input_tokens':5,'output_tokens':1}}")
#define BEGIN(index, block) \
    E("content_block_start", ",'index':" index ",'content_block':{" block "}")
#define DELTA(index, delta) E("content_block_delta", ",'index':" index ",'delta':{" delta "}")
#define STOP(index)         E("content_block_stop", ",'index':" index)
#define END(reason) \
    E("message_delta", \
      ",'delta':{'stop_reason':'" reason "','stop_sequence':null},'usage':{'output_tokens':7}") \
    E("message_stop", "")
#define MESSAGE(blocks) "{'role':'assistant','content':[" blocks "]}"
#define SPENT           " 10+90+5>7(0)"

static const stream_case CASES[] = {
    {"thinking, text and a call",
     START E("ping", "") BEGIN("0", "'type':'thinking','thinking':'','signature':''")
         DELTA("0", "'type':'thinking_delta','thinking':'h'")
             DELTA("0", "'type':'thinking_delta','thinking':'m'")
                 DELTA("0", "'type':'signature_delta','signature':'c2ln'") STOP("0") BEGIN(
                     "1", "'type':'text','text':''") DELTA("1", "'type':'text_delta','text':'Grü€'")
                     STOP("1") BEGIN("2", "'type':'tool_use','id':'toolu_1','name':'f','input':{}")
                         DELTA("2", "'type':'input_json_delta','partial_json':''") DELTA(
                             "2", "'type':'input_json_delta','partial_json':'{\\'a'") E("ping", "")
                             DELTA("2", "'type':'input_json_delta',"
                                        "'partial_json':'\\': 1}'") STOP("2") END("tool_use"),
     MESSAGE("{'type':'thinking','text':'hm','opaque':'\\'c2ln\\'','protocol':'anthropic'},"
             "{'type':'text','text':'Grü€'},{'type':'tool_call','id':'toolu_1','name':'f',"
             "'arguments':'{\\'a\\': 1}'}") " tools" SPENT},
    {"a call without arguments",
     START BEGIN("0", "'type':'tool_use','id':'t','name':'f','input':{}")
         DELTA("0", "'type':'input_json_delta','partial_json':''") STOP("0") END("tool_use"),
     MESSAGE("{'type':'tool_call','id':'t','name':'f','arguments':'{}'}") " tools" SPENT},
    {"arguments at once",
     START BEGIN("0", "'type':'tool_use','id':'t','name':'f','input':{'a':1}") STOP("0")
         END("tool_use"),
     MESSAGE("{'type':'tool_call','id':'t','name':'f','arguments':'{\\'a\\':1}'}") " tools" SPENT},
    {"what is hidden comes back as it is",
     START BEGIN("0", "'type':'redacted_thinking','data':'xyz=='") STOP("0")
         BEGIN("1", "'type':'text','text':'a'") STOP("1") END("end_turn"),
     MESSAGE("{'type':'thinking','opaque':'{\\'type\\':\\'redacted_thinking\\',\\'data\\':"
             "\\'xyz==\\'}','protocol':'anthropic'},{'type':'text','text':'a'}") " end" SPENT},
    {"what is not known is passed over",
     START E("vendor_event", ",'x':1") BEGIN("0", "'type':'hologram','data':'?'") DELTA(
         "0", "'type':'light_delta','light':'?'") STOP("0") BEGIN("1", "'type':'text','text':''")
         DELTA("1", "'type':'citations_delta','citation':{'cited_text':'q'}")
             DELTA("1", "'type':'text_delta','text':'x'") STOP("1") END("end_turn"),
     MESSAGE("{'type':'text','text':'x'}") " end" SPENT},
    {"calls cut off",
     START BEGIN("0", "'type':'tool_use','id':'t','name':'f','input':{}")
         DELTA("0", "'type':'input_json_delta','partial_json':'{\\'a\\': \\'lo'") STOP("0")
             END("max_tokens"),
     MESSAGE("{'type':'tool_call','id':'t','name':'f','arguments':'{\\'a\\': \\'lo',"
             "'broken':true}") " length" SPENT},
    {"a refusal", START END("refusal"), MESSAGE("") " filter" SPENT},
    {"a pause", START BEGIN("0", "'type':'text','text':'x'") END("pause_turn"),
     MESSAGE("{'type':'text','text':'x'}") " pause" SPENT},
    {"a full window", START END("model_context_window_exceeded"), MESSAGE("") " window" SPENT},
    {"a stop sequence", START END("stop_sequence"), MESSAGE("") " end" SPENT},
    {"usage that comes late",
     E("message_start", ",'message':{'usage':{'input_tokens':0,'output_tokens':0}}")
         E("message_delta", ",'delta':{'stop_reason':'end_turn'},'usage':{'input_tokens':3,"
                            "'output_tokens':4,'output_tokens_details':{'thinking_tokens':2}}"),
     MESSAGE("") " end 3+0+0>4(2)"},
    {"data without a type",
     "event: content_block_start\ndata: {'index':0,'content_block':{'type':'text','text':'x'}}\n\n"
     "event: message_stop\ndata: {}\n\n",
     MESSAGE("{'type':'text','text':'x'}") " end"},
    {"an answer that was not streamed",
     "{'type':'message','role':'assistant','content':[{'type':'thinking','thinking':'hm',"
     "'signature':'s'},{'type':'text','text':'x'},{'type':'tool_use','id':'t','name':'f','input':"
     "{}}],'stop_reason':'tool_use','usage':{'input_tokens':1,'output_tokens':2}}",
     MESSAGE("{'type':'thinking','text':'hm','opaque':'\\'s\\'','protocol':'anthropic'},"
             "{'type':'text','text':'x'},{'type':'tool_call','id':'t','name':'f',"
             "'arguments':'{}'}") " tools 1+0+0>2(0)"},
    /* what is none */
    {"an error after a good begin",
     START BEGIN("0", "'type':'text','text':'x'")
         E("error", ",'error':{'type':'overloaded_error','message':'Overloaded'}"),
     "!server again Overloaded"},
    {"an error that is final",
     E("error", ",'error':{'type':'billing_error','message':'no credit'}"), "!quota no credit"},
    {"broken off", START BEGIN("0", "'type':'text','text':'x'") STOP("0"),
     "!network again the answer broke off"},
    {"an error that was not streamed",
     "{'type':'error','error':{'type':'rate_limit_error','message':'slow'}}", "!rate again slow"},
    {"something else", "{'hello':1}", "!answer the answer has no content"},
};

static void reads_every_quirk(void) { CHECK(all_hold(&bx_anthropic, CASES, BX_COUNT(CASES))); }

static void never_lies_without_memory(void)
{
    CHECK(all_survive(&bx_anthropic, CASES, BX_COUNT(CASES)));
}

BXT_MAIN(RUN(reads_every_quirk); RUN(never_lies_without_memory);)
