import type { Try } from './vector.ts';

type Value = unknown;

/** Of all combinations of an `each`, how many are tried without COUNTERSIGN_CORPUS=full: the first, the last, and those evenly between. */
const SAMPLED = 4;
export function sampleOf(all: readonly Try[]): readonly Try[] {
  if (all.length <= SAMPLED) return all;
  return Array.from({ length: SAMPLED }, (_each, index) => all[Math.round((index * (all.length - 1)) / (SAMPLED - 1))]).flatMap(
    (one) => one ?? [],
  );
}

/** The tries that `each` stands for: all combinations, in the order in which they are written, the last variable fastest. */
export function expandTry(one: Try): readonly Try[] {
  const { each, ...rest } = one;
  if (each === undefined) return [one];
  let sets: { readonly [variable: string]: Value }[] = [{}];
  for (const [variable, values] of Object.entries(each))
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [variable]: value })));
  return sets.map((set) => ({ ...(substitute(rest, set) as Try), name: nameOf(one, set) }));
}

function nameOf(one: Try, set: { readonly [variable: string]: Value }): string {
  const values = Object.values(set).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return [one.name ?? '', `(${values.join(', ')})`].filter((part) => part !== '').join(' ');
}

/** `$X` becomes the value of X, whatever it is; inside a longer text its words. The key `...` lays an object over the one it stands in. */
function substitute(value: Value, set: { readonly [variable: string]: Value }): Value {
  if (typeof value === 'string') {
    const whole = value.startsWith('$') ? set[value.slice(1)] : undefined;
    if (whole !== undefined || (value.startsWith('$') && value.slice(1) in set)) return whole;
    return Object.entries(set).reduce((text, [name, one]) => text.replaceAll(`$${name}`, () => String(one)), value);
  }
  if (Array.isArray(value)) return value.map((each) => substitute(each, set));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, each]) => [substitute(name, set), substitute(each, set)] as const);
  const made: { [name: string]: Value } = {};
  for (const [name, each] of fields)
    if (name === '...' && typeof each === 'object') Object.assign(made, each);
    else made[String(name)] = each;
  return made;
}
