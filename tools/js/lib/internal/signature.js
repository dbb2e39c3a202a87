// A tool's schema as a TypeScript signature.
const DEPTH = 8;

const nameOf = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

function comment(schema) {
  const parts = [];
  if (schema.description)
    parts.push(String(schema.description).replaceAll('*/', '* /'));
  if (schema.default !== undefined)
    parts.push(`default ${JSON.stringify(schema.default)}`);
  return parts.join('; ');
}

function find(root, ref) {
  if (typeof ref !== 'string' || !ref.startsWith('#/'))
    return undefined;
  let at = root;
  for (const part of ref.slice(2).split('/'))
    at = at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  return at;
}

function objectOf(schema, root, depth, indent) {
  const required = new Set(schema.required ?? []);
  const lines = [];
  for (const [name, one] of Object.entries(schema.properties ?? {})) {
    const said = comment(one);
    if (said)
      lines.push(`${indent}  /** ${said} */`);
    lines.push(`${indent}  ${nameOf(name)}${required.has(name) ? '' : '?'}: ${typeOf(one, root, depth + 1, indent + '  ')};`);
  }
  const more = schema.additionalProperties;
  if (typeof more === 'object' && more !== null)
    lines.push(`${indent}  [name: string]: ${typeOf(more, root, depth + 1, indent + '  ')};`);
  if (lines.length === 0)
    return more === false ? '{}' : 'Record<string, unknown>';
  return `{\n${lines.join('\n')}\n${indent}}`;
}

const SIMPLE = { string: 'string', number: 'number', integer: 'number', boolean: 'boolean', null: 'null' };

function typeOf(schema, root, depth, indent) {
  if (schema === false)
    return 'never';
  if (typeof schema !== 'object' || schema === null || depth > DEPTH)
    return 'unknown';
  if (schema.$ref)
    return typeOf(find(root, schema.$ref), root, depth + 1, indent);
  if ('const' in schema)
    return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum))
    return schema.enum.map((v) => JSON.stringify(v)).join(' | ');
  for (const [key, joint] of [['anyOf', ' | '], ['oneOf', ' | '], ['allOf', ' & ']]) {
    if (Array.isArray(schema[key]) && !schema.properties)
      return schema[key].map((one) => typeOf(one, root, depth + 1, indent)).join(joint);
  }
  if (Array.isArray(schema.type))
    return schema.type.map((type) => typeOf({ ...schema, type }, root, depth + 1, indent)).join(' | ');
  if (schema.type === 'array') {
    if (Array.isArray(schema.prefixItems))
      return `[${schema.prefixItems.map((one) => typeOf(one, root, depth + 1, indent)).join(', ')}]`;
    const item = typeOf(schema.items ?? true, root, depth + 1, indent);
    return /[|&]/.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object' || schema.properties)
    return objectOf(schema, root, depth, indent);
  return SIMPLE[schema.type] ?? 'unknown';
}

exports.of = (tool) => {
  const input = tool.inputSchema ?? {}, output = tool.outputSchema;
  const result = output ? ` & ${typeOf(output, output, 0, '')}` : '';
  const key = nameOf(tool.name);
  const at = key === tool.name ? `tools.${key}` : `tools[${key}]`;
  return `/** ${String(tool.description ?? '').replaceAll('*/', '* /')} */\n` +
    `${at}(args: ${typeOf(input, input, 0, '')}): Promise<{ text: string }${result}>`;
};
