// util.parseArgs
const { codes } = require('internal/errors');
const v = require('internal/validators');

const own = (o, key) => o !== undefined && o !== null && Object.hasOwn(o, key) ? o[key] : undefined;
const typeOf = (options, name) => own(own(options, name), 'type');

function longNameOf(short, options) {
  for (const [name, o] of Object.entries(options)) {
    if (own(o, 'short') === short)
      return name;
  }
  return short;
}

// The arguments after the script's name; there is none where the code came with -e.
function mainArgs() {
  const isEval = process.execArgv?.some((a) => ['-e', '--eval', '-p', '--print'].includes(a));
  return process.argv.slice(isEval ? 1 : 2);
}

function tokenize(args, options) {
  const tokens = [];
  const rest = args.slice();
  let index = -1, grouped = 0; // how many of the next arguments are parts of -abc
  const option = (name, rawName) => {
    let value, inlineValue;
    if (typeOf(options, name) === 'string' && rest[0] != null) {
      value = rest.shift();
      inlineValue = false;
    }
    tokens.push({ kind: 'option', name, rawName, index, value, inlineValue });
    if (value != null)
      index++;
  };
  while (rest.length > 0) {
    const arg = rest.shift();
    if (grouped > 0)
      grouped--;
    else
      index++;
    if (arg === '--') {
      tokens.push({ kind: 'option-terminator', index });
      for (const value of rest)
        tokens.push({ kind: 'positional', index: ++index, value });
      break;
    }
    if (arg.length > 2 && arg.startsWith('--')) {
      const eq = arg.indexOf('=', 3);
      if (eq === -1)
        option(arg.slice(2), arg);
      else
        tokens.push({ kind: 'option', name: arg.slice(2, eq), rawName: arg.slice(0, eq), index,
          value: arg.slice(eq + 1), inlineValue: true });
    } else if (arg.length > 1 && arg[0] === '-' && arg[1] !== '-') {
      const name = longNameOf(arg[1], options);
      if (arg.length === 2) {
        option(name, arg);
      } else if (typeOf(options, name) === 'string') { // -fFILE
        tokens.push({ kind: 'option', name, rawName: arg.slice(0, 2), index, value: arg.slice(2),
          inlineValue: true });
      } else { // -abc is -a -b -c; a part with a value takes what follows
        const parts = [];
        for (let i = 1; i < arg.length; i++) {
          const takesRest = typeOf(options, longNameOf(arg[i], options)) === 'string' && i < arg.length - 1;
          parts.push('-' + (takesRest ? arg.slice(i) : arg[i]));
          if (takesRest)
            break;
        }
        rest.unshift(...parts);
        grouped = parts.length;
      }
    } else {
      tokens.push({ kind: 'positional', index, value: arg });
    }
  }
  return tokens;
}

function checkUsage({ options, allowPositionals, allowNegative }, token) {
  let { name } = token;
  if (!Object.hasOwn(options, name)) {
    name = allowNegative && name.startsWith('no-') ? name.slice(3) : '';
    if (!Object.hasOwn(options, name) || typeOf(options, name) !== 'boolean')
      throw new codes.ERR_PARSE_ARGS_UNKNOWN_OPTION(token.rawName, allowPositionals);
  }
  const short = own(options[name], 'short'), type = typeOf(options, name);
  const both = `${short ? `-${short}, ` : ''}--${name}`;
  const fail = (text) => {
    throw new codes.ERR_PARSE_ARGS_INVALID_OPTION_VALUE(text);
  };
  if (type === 'string' && typeof token.value !== 'string')
    fail(`Option '${both} <value>' argument missing`);
  if (type === 'boolean' && token.value != null)
    fail(`Option '${both}' does not take an argument`);
  if (!token.inlineValue && token.value != null && token.value.length > 1 && token.value[0] === '-') {
    const raw = token.rawName;
    const example = raw.startsWith('--') ? `'${raw}=-XYZ'` : `'--${token.name}=-XYZ' or '${raw}-XYZ'`;
    fail(`Option '${raw}' argument is ambiguous.\n` +
      `Did you forget to specify the option argument for '${raw}'?\n` +
      `To specify an option argument starting with a dash use ${example}.`);
  }
}

function checkOption(name, o) {
  const at = `options.${name}`;
  v.validateObject(o, at);
  const type = own(o, 'type'), multiple = own(o, 'multiple'), fallback = own(o, 'default');
  v.validateUnion(type, `${at}.type`, ['string', 'boolean']);
  if (Object.hasOwn(o, 'short')) {
    v.validateString(o.short, `${at}.short`);
    if (o.short.length !== 1)
      throw new codes.ERR_INVALID_ARG_VALUE(`${at}.short`, o.short, 'must be a single character');
  }
  if (Object.hasOwn(o, 'multiple'))
    v.validateBoolean(multiple, `${at}.multiple`);
  if (fallback !== undefined) {
    const check = type === 'string' ? multiple ? v.validateStringArray : v.validateString :
      multiple ? v.validateBooleanArray : v.validateBoolean;
    check(fallback, `${at}.default`);
  }
}

exports.parseArgs = function parseArgs(config = {}) {
  const args = own(config, 'args') ?? mainArgs();
  const strict = own(config, 'strict') ?? true;
  const allowPositionals = own(config, 'allowPositionals') ?? !strict;
  const returnTokens = own(config, 'tokens') ?? false;
  const allowNegative = own(config, 'allowNegative') ?? false;
  const options = own(config, 'options') ?? {};
  v.validateArray(args, 'args');
  v.validateBoolean(strict, 'strict');
  v.validateBoolean(allowPositionals, 'allowPositionals');
  v.validateBoolean(returnTokens, 'tokens');
  v.validateBoolean(allowNegative, 'allowNegative');
  v.validateObject(options, 'options');
  for (const [name, o] of Object.entries(options))
    checkOption(name, o);
  const tokens = tokenize(args, options);
  const values = Object.create(null), positionals = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (!allowPositionals)
        throw new codes.ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL(token.value);
      positionals.push(token.value);
    }
    if (token.kind !== 'option')
      continue;
    if (strict)
      checkUsage({ options, allowPositionals, allowNegative }, token);
    if (token.name === '__proto__')
      continue;
    let { value } = token;
    if (allowNegative && token.name.startsWith('no-') && value === undefined) {
      token.name = token.name.slice(3);
      value = false;
    }
    value ??= true;
    if (!own(own(options, token.name), 'multiple'))
      values[token.name] = value;
    else if (values[token.name])
      values[token.name].push(value);
    else
      values[token.name] = [value];
  }
  for (const [name, o] of Object.entries(options)) {
    const fallback = own(o, 'default');
    if (fallback !== undefined && values[name] === undefined && name !== '__proto__')
      values[name] = fallback;
  }
  return returnTokens ? { values, positionals, tokens } : { values, positionals };
};
