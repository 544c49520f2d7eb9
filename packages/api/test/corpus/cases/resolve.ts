import type { Names } from '../bytes/addresses.ts';

/** In every text of a value `$name` becomes the address of that name. */
export async function resolveNames(value: unknown, names: Names): Promise<unknown> {
  if (typeof value === 'string') return resolveText(value, names);
  if (Array.isArray(value)) return Promise.all(value.map((each) => resolveNames(each, names)));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(async ([name, each]) => [name, await resolveNames(each, names)] as const);
  return Object.fromEntries(await Promise.all(fields));
}

export async function resolveText(text: string, names: Names): Promise<string> {
  let made = text;
  for (const [whole, name = ''] of text.matchAll(/\$([A-Za-z][A-Za-z0-9/@]*)/g))
    if (name !== 'schema') made = made.replace(whole, await names.of(name));
  return made;
}
