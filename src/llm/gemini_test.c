/* Gemini: answers cut at every byte. */
#include "llm/test_stream.h"

#define PARTS(parts) "{'candidates':[{'content':{'role':'model','parts':[" parts "]},'index':0}]}"
#define LAST(parts, reason) \
    "{'candidates':[{'content':{'role':'model','parts':[" parts "]},'finishReason':'" reason \
    "'}],'usageMetadata':{'promptTokenCount':10,'cachedContentTokenCount':6," \
    "'candidatesTokenCount':3,'thoughtsTokenCount':2,'totalTokenCount':15}}"
#define MESSAGE(blocks) "{'role':'assistant','content':[" blocks "]}"
#define SPENT           " 4+6+0>5(2)"

static const stream_case CASES[] = {
    {"thoughts, text, signed calls",
     D(PARTS("{'text':'h','thought':true}")) D(PARTS("{'text':'m','thought':true}"))
         D(PARTS("{'text':'Sun'}")) D(PARTS("{'text':'ny 😀'}"))
             D(PARTS("{'functionCall':{'name':'f','args':{'city':'Köln'}},"
                     "'thoughtSignature':'AbC='}"))
                 D(LAST("{'functionCall':{'id':'x','name':'g'}}", "STOP")),
     MESSAGE("{'type':'thinking','text':'hm'},{'type':'text','text':'Sunny 😀'},{'type':"
             "'tool_call','id':'call_0_','name':'f','arguments':'{\\'city\\':\\'Köln\\'}','opaque':"
             "'\\'AbC=\\'','protocol':'gemini'},{'type':'tool_call','id':'x','name':'g',"
             "'arguments':'{}'}") " tools" SPENT},
    {"signed text is not merged with more",
     D(PARTS("{'text':'a'}")) D(PARTS("{'text':'','thoughtSignature':'s'}"))
         D(LAST("{'text':'b'}", "STOP")),
     MESSAGE("{'type':'text','text':'a','opaque':'\\'s\\'','protocol':'gemini'},{'type':'text',"
             "'text':'b'}") " end" SPENT},
    {"a reason that others send",
     D(LAST("{'functionCall':{'name':'f','args':{}}}", "FUNCTION_CALL")),
     MESSAGE("{'type':'tool_call','id':'call_0_','name':'f','arguments':'{}'}") " tools" SPENT},
    {"cut off", D(LAST("{'text':'x'}", "MAX_TOKENS")),
     MESSAGE("{'type':'text','text':'x'}") " length" SPENT},
    {"filtered", D(LAST("", "SAFETY")), MESSAGE("") " filter" SPENT},
    {"filtered by another", D(LAST("", "MODEL_ARMOR")), MESSAGE("") " filter" SPENT},
    {"a prompt that is blocked", D("{'promptFeedback':{'blockReason':'SAFETY'}}"),
     MESSAGE("") " filter"},
    {"a list where a stream was asked for",
     "[" PARTS("{'text':'a'}") ",\r\n" LAST("{'text':'b'}", "STOP") "]",
     MESSAGE("{'type':'text','text':'ab'}") " end" SPENT},
    {"an answer that was not streamed", LAST("{'text':'b'}", "STOP"),
     MESSAGE("{'type':'text','text':'b'}") " end" SPENT},
    {"parts that are not known", D(LAST("{'executableCode':{'code':'1'}},{'text':'x'},3", "OTHER")),
     MESSAGE("{'type':'text','text':'x'}") " end" SPENT},
    /* what is none */
    {"a call that could not be written", D(LAST("", "MALFORMED_FUNCTION_CALL")),
     "!answer again the model ended with MALFORMED_FUNCTION_CALL"},
    {"too many calls", D(LAST("", "TOO_MANY_TOOL_CALLS")),
     "!answer again the model ended with TOO_MANY_TOOL_CALLS"},
    {"a signature that is missing", D(LAST("", "MISSING_THOUGHT_SIGNATURE")),
     "!request the model ended with MISSING_THOUGHT_SIGNATURE"},
    {"an error", D("{'error':{'code':503,'message':'busy','status':'UNAVAILABLE'}}"),
     "!server again busy"},
    {"a quota of the day",
     D("{'error':{'code':429,'message':'q','status':'RESOURCE_EXHAUSTED','details':[{'violations':"
       "[{'quotaId':'GenerateRequestsPerDayPerProjectPerModel'}]},{'retryDelay':'3s'}]}}"),
     "!quota q"},
    {"a quota of the minute",
     "[{'error':{'code':429,'message':'You exceeded your current quota','status':"
     "'RESOURCE_EXHAUSTED','details':[{'@type':'x','retryDelay':'3s'}]}}]",
     "!rate again You exceeded your current quota"},
    {"broken off", D(PARTS("{'text':'x'}")), "!network again the answer broke off"},
    {"something else", "{'hello':1}", "!answer the answer has no candidates"},
};

static void reads_every_quirk(void) { CHECK(all_hold(&bx_gemini, CASES, BX_COUNT(CASES))); }

static void never_lies_without_memory(void)
{
    CHECK(all_survive(&bx_gemini, CASES, BX_COUNT(CASES)));
}

BXT_MAIN(RUN(reads_every_quirk); RUN(never_lies_without_memory);)
