// require('console')
module.exports = require('internal/console_light').console;
