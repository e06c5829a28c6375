import { jsonLanguage } from '@codemirror/lang-json';

/** JSON as people read it; also of what is no JSON, which nobody can have sent. */
export function prettyJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? '{}';
}

/** The JSON of an example, laid out as everything else is. */
export function laidOut(json: string): string {
  try {
    return prettyJson(JSON.parse(json));
  } catch {
    return json;
  }
}

export type ParsedRequest =
  | { readonly kind: 'request'; readonly request: Record<string, unknown> }
  | { readonly kind: 'problem'; readonly text: string };

/** What was typed, as a request. A request is an object. */
export function parseRequest(text: string): ParsedRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'problem', text: `This is not JSON yet: look at line ${wrongLine(text)}.` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'problem', text: 'A request is an object: { "name": value, ... }' };
  }
  return { kind: 'request', request: value as Record<string, unknown> };
}

/** Where the first thing stands that does not belong there. */
function wrongLine(text: string): number {
  let position = text.length;
  jsonLanguage.parser.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError && node.from < position) position = node.from;
    },
  });
  return text.slice(0, position).split('\n').length;
}
