/* OpenAI Responses: answers cut at every byte. */
#include "llm/test_stream.h"

#define E(type, rest) "event: " type "\ndata: {'type':'" type "'" rest "}\n\n"
#define ADDED(index, item) \
    E("response.output_item.added", ",'output_index':" index ",'item':{" item "}")
#define FINISHED(index, item) \
    E("response.output_item.done", ",'output_index':" index ",'item':{" item "}")
#define SAID(index, text) \
    E("response.output_text.delta", \
      ",'output_index':" index ",'content_index':0,'delta':'" text "'")
#define ARGUMENTS(index, text) \
    E("response.function_call_arguments.delta", ",'output_index':" index ",'delta':'" text "'")
#define USAGE \
    "'usage':{'input_tokens':20,'input_tokens_details':{'cached_tokens':15},'output_tokens':9," \
    "'output_tokens_details':{'reasoning_tokens':4}}"
#define COMPLETED       E("response.completed", ",'response':{'status':'completed'," USAGE "}")
#define MESSAGE(blocks) "{'role':'assistant','content':[" blocks "]}"
#define SPENT           " 5+15+0>9(4)"

static const stream_case CASES[] = {
    {"reasoning, text and calls",
     E("response.created", ",'sequence_number':0,'response':{'status':'in_progress'}")
         ADDED("0", "'type':'reasoning','id':'rs','summary':[]")
             E("response.reasoning_summary_part.added", ",'output_index':0,'summary_index':0") E(
                 "response.reasoning_summary_text.delta", ",'output_index':0,'delta':'a'")
                 E("response.reasoning_summary_part.added", ",'output_index':0") E(
                     "response.reasoning_summary_text.delta", ",'output_index':0,'delta':'b'")
                     FINISHED("0", "'type':'reasoning','id':'rs','summary':[],"
                                   "'encrypted_content':'gAAA='")
                         ADDED("1", "'type':'message','id':'m','content':[]") SAID("1", "Hi ")
                             SAID("1", "😀") FINISHED("1", "'type':'message','content':[{'type':"
                                                           "'output_text','text':'Hi 😀'}]")
                                 ADDED("2", "'type':'function_call','id':'fc','call_id':"
                                            "'call_1','name':'f','arguments':''")
                                     ARGUMENTS("2", "{\\'a\\'") ARGUMENTS("2", ":1}")
                                         FINISHED("2", "'type':'function_call','id':"
                                                       "'fc','call_id':'call_1',"
                                                       "'name':'f','arguments':'{"
                                                       "\\'a\\':1}'") COMPLETED,
     MESSAGE("{'type':'thinking','text':'a\\n\\nb','opaque':'{\\'type\\':\\'reasoning\\',\\'id\\':"
             "\\'rs\\',\\'summary\\':[],\\'encrypted_content\\':\\'gAAA=\\'}','protocol':"
             "'openai-responses'},{'type':'text','text':'Hi 😀'},{'type':'tool_call','id':"
             "'call_1','name':'f','arguments':'{\\'a\\':1}'}") " tools" SPENT},
    {"arguments that come at the end only",
     ADDED("0", "'type':'function_call','call_id':'c','name':'f','arguments':''")
         E("response.function_call_arguments.done", ",'output_index':0,'arguments':'{\\'a\\':2}'")
             FINISHED("0", "'type':'function_call','call_id':'c','name':'f','arguments':"
                           "'{\\'a\\':2}'") COMPLETED,
     MESSAGE("{'type':'tool_call','id':'c','name':'f','arguments':'{\\'a\\':2}'}") " tools" SPENT},
    {"calls without an id",
     FINISHED("0", "'type':'function_call','name':'f','arguments':''") COMPLETED,
     MESSAGE("{'type':'tool_call','id':'call_0_','name':'f','arguments':'{}'}") " tools" SPENT},
    {"reasoning that nobody would know again is not kept",
     FINISHED("0", "'type':'reasoning','id':'rs','summary':[{'type':'summary_text','text':'a'}]")
         COMPLETED,
     MESSAGE("{'type':'thinking','text':'a'}") " end" SPENT},
    {"items that are not known come back as they are",
     FINISHED("0", "'type':'compaction','encrypted_content':'zz'") SAID("1", "x") COMPLETED,
     MESSAGE("{'type':'opaque','opaque':'{\\'type\\':\\'compaction\\',\\'encrypted_content\\':"
             "\\'zz\\'}','protocol':'openai-responses'},{'type':'text','text':'x'}") " end" SPENT},
    {"the phase of what is said",
     FINISHED("0", "'type':'message','phase':'commentary','content':[{'type':'output_text','text':"
                   "'I look.'}]")
         FINISHED("1", "'type':'message','phase':null,'content':[{'type':'output_text','text':"
                       "'x'}]") COMPLETED,
     MESSAGE("{'type':'text','text':'I look.','opaque':'\\'commentary\\'','protocol':"
             "'openai-responses'},{'type':'text','text':'x'}") " end" SPENT},
    {"everything at the end",
     E("response.completed", ",'response':{'status':'completed','output':[{'type':'message',"
                             "'content':[{'type':'output_text','text':'x'}]}]}"),
     MESSAGE("{'type':'text','text':'x'}") " end"},
    {"cut off",
     ADDED("0", "'type':'function_call','call_id':'c','name':'f','arguments':''")
         ARGUMENTS("0", "{\\'a")
             E("response.incomplete", ",'response':{'status':'incomplete','incomplete_details':"
                                      "{'reason':'max_output_tokens'}}"),
     MESSAGE(
         "{'type':'tool_call','id':'c','name':'f','arguments':'{\\'a','broken':true}") " length"},
    {"filtered",
     E("response.incomplete", ",'response':{'incomplete_details':{'reason':"
                              "'content_filter'}}"),
     MESSAGE("") " filter"},
    {"a refusal",
     E("response.refusal.delta", ",'output_index':0,'delta':'No.'")
         FINISHED("0", "'type':'message','content':[{'type':'refusal','refusal':'No.'}]") COMPLETED,
     MESSAGE("{'type':'text','text':'No.'}") " filter" SPENT},
    {"an answer that was not streamed",
     "{'object':'response','status':'completed','error':null,'output':[{'type':'message','content':"
     "[{'type':'output_text','text':'x'}]},{'type':'function_call','call_id':'c','name':'f',"
     "'arguments':'{}'}]," USAGE "}",
     MESSAGE("{'type':'text','text':'x'},{'type':'tool_call','id':'c','name':'f',"
             "'arguments':'{}'}") " tools" SPENT},
    /* what is none */
    {"failed",
     E("response.failed", ",'response':{'status':'failed','error':{'code':'server_error',"
                          "'message':'sorry'}}"),
     "!server again sorry"},
    {"failed for the rate",
     E("response.failed", ",'response':{'error':{'code':'rate_limit_exceeded','message':'wait'}}"),
     "!rate again wait"},
    {"an error", E("error", ",'code':'context_length_exceeded','message':'too long','param':null"),
     "!context too long"},
    {"an error in an error",
     E("error", ",'error':{'type':'insufficient_quota','code':'insufficient_quota','message':"
                "'pay'}"),
     "!quota pay"},
    {"broken off", SAID("0", "x"), "!network again the answer broke off"},
    {"something else", "{'object':'list'}", "!answer the answer has no output"},
};

static void reads_every_quirk(void)
{
    CHECK(all_hold(&bx_openai_responses, CASES, BX_COUNT(CASES)));
}

static void never_lies_without_memory(void)
{
    CHECK(all_survive(&bx_openai_responses, CASES, BX_COUNT(CASES)));
}

BXT_MAIN(RUN(reads_every_quirk); RUN(never_lies_without_memory);)
