// https: as http, over TLS, which the host does; its certificates are the host's to judge.
const http = require('http');

class Agent extends http.Agent {
  constructor(options) {
    super(options);
    this.defaultPort = 443;
    this.protocol = 'https:';
    this.maxCachedSessions = options?.maxCachedSessions ?? 100;
  }
}
const globalAgent = new Agent({ keepAlive: true });

function request(url, options, callback) {
  if (typeof url === 'string' || url instanceof URL) {
    if (typeof options === 'function')
      [options, callback] = [{}, options];
    return http.request(url, { ...options, _defaultAgent: module.exports.globalAgent }, callback);
  }
  return http.request({ ...url, _defaultAgent: module.exports.globalAgent }, options);
}

function get(url, options, callback) {
  const r = request(url, options, callback);
  r.end();
  return r;
}

module.exports = { Agent, globalAgent, Server: http.Server, createServer: http.createServer, get, request };
