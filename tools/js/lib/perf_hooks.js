// What the engine has of it.
exports.performance = globalThis.performance;
