exports.finished = require('internal/streams/eos').finished;
exports.pipeline = require('internal/streams/pipeline').pipelinePromise;
