module.exports = require('internal/loader').Module;
