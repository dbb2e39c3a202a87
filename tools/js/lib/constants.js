// The old name of all constants at once.
const { signals, errno, priority, dlopen } = require('os').constants;
module.exports = { ...dlopen, ...errno, ...priority, ...signals, ...require('fs').constants };
