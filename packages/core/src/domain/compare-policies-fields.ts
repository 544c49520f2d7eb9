import type { AgentPolicy } from './agent-policy.ts';
import type { PolicyChange, PolicyEffect } from './policy-change.ts';

/** Where in the two policies a comparison stands. */
export interface Place {
  readonly path: string;
  readonly before: AgentPolicy;
  readonly after: AgentPolicy;
}
export type Compare<T> = (before: T, after: T, place: Place) => readonly PolicyChange[];

/** Every member of a type has a comparison: one that is added to the type and forgotten here does not compile. */
export type Comparisons<T> = { readonly [Name in keyof T]-?: Compare<T[Name]> };

/** Compares member by member; a member that the type does not know may not differ. */
export function members<T extends object>(comparisons: Comparisons<T>): Compare<T> {
  const known = Object.keys(comparisons) as (keyof T & string)[];
  return (before, after, place) => {
    const strange = Object.keys({ ...before, ...after }).filter((name) => !Object.hasOwn(comparisons, name));
    return [
      ...known.flatMap((name) => comparisons[name](before[name], after[name], inside(place, name))),
      ...strange.flatMap((name) => {
        const [one, other] = [before, after].map((each) => show((each as { readonly [name: string]: unknown })[name]));
        return one === other ? [] : [change(inside(place, name), one ?? null, other ?? null, 'loosens')];
      }),
    ];
  };
}

/** Less is tighter. */
export const lower: Compare<bigint> & Compare<number> = (before: bigint | number, after: bigint | number, place: Place) =>
  before === after ? [] : [change(place, show(before), show(after), after < before ? 'tightens' : 'loosens')];

/** More is tighter. */
export const higher: Compare<bigint> & Compare<number> = (before: bigint | number, after: bigint | number, place: Place) =>
  before === after ? [] : [change(place, show(before), show(after), after > before ? 'tightens' : 'loosens')];

/** What may not differ, or may without meaning anything. */
export function same<T extends string | number | bigint>(otherwise: Exclude<PolicyEffect, 'tightens'>): Compare<T> {
  return (before, after, place) => (before === after ? [] : [change(place, show(before), show(after), otherwise)]);
}

/** Words from the loosest to the tightest; another word loosens. */
export function ranked<Word extends string>(...words: readonly Word[]): Compare<Word> {
  return (before, after, place) => {
    if (before === after) return [];
    const [from, to] = [words.indexOf(before), words.indexOf(after)];
    return [change(place, before, after, from >= 0 && to > from ? 'tightens' : 'loosens')];
  };
}

/** A rule that restricts where it is there. */
export function restriction<T>(compare: Compare<T>, showOne: (value: T) => string | null = show): Compare<T | null> {
  return (before, after, place) => {
    if (before === null && after === null) return [];
    if (before === null) return [change(place, null, showOne(after as T), 'tightens')];
    if (after === null) return [change(place, showOne(before), null, 'loosens')];
    return compare(before, after, place);
  };
}

/** Members of a list by what tells them apart; their order means nothing. A list in which something stands twice cannot be compared. */
export function listed<T>(input: {
  readonly key: (item: T) => string;
  readonly each: Compare<T>;
  readonly added: (item: T, place: Place) => PolicyEffect;
  readonly removed: (item: T, place: Place) => PolicyEffect;
}): Compare<readonly T[]> {
  const { key, each, added, removed } = input;
  return (before, after, place) => {
    const [old, now] = [before, after].map((items) => new Map(items.map((item) => [key(item), item])));
    if (old?.size !== before.length || now?.size !== after.length)
      return show(before) === show(after) ? [] : [change(place, show(before), show(after), 'loosens')];
    const gone = before.filter((item) => !now.has(key(item)));
    return [
      ...gone.map((item) => change(inside(place, key(item)), show(item), null, removed(item, place))),
      ...after.flatMap((item) => {
        const was = old.get(key(item));
        const at = inside(place, key(item));
        return was === undefined ? [change(at, null, show(item), added(item, place))] : each(was, item, at);
      }),
    ];
  };
}

export function inside(place: Place, name: string): Place {
  return { ...place, path: place.path === '' ? name : `${place.path}.${name}` };
}

export function change({ path }: Place, before: string | null, after: string | null, effect: PolicyEffect): PolicyChange {
  return { path, before, after, effect };
}

/** As the document spells it: what is `null` is left out. */
export function show(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value, (_name, each: unknown) => (typeof each === 'bigint' ? each.toString() : each === null ? undefined : each));
}
