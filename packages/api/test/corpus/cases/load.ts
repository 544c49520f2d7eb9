import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Body, Section } from './vector.ts';

export const VECTORS: string = fileURLToPath(new URL('../../../../../vectors/attacks/', import.meta.url));

/** The files of the sections, in order. */
export function sectionFiles(): readonly string[] {
  return readdirSync(VECTORS)
    .filter((name) => /^\d\d-.*\.json$/.test(name))
    .toSorted();
}
export function loadSection(file: string): Section {
  return JSON.parse(readFileSync(join(VECTORS, file), 'utf8')) as Section;
}
export function loadSections(): readonly Section[] {
  return sectionFiles().map(loadSection);
}

type PolicyEntry = { readonly document: Body } | { readonly from: string; readonly change: Body };
/** A policy by its name, with names of addresses still in it. */
export function policyDocument(name: string): Body {
  const { policies } = JSON.parse(readFileSync(join(VECTORS, 'policies.json'), 'utf8')) as {
    readonly policies: { readonly [name: string]: PolicyEntry };
  };
  const entry = policies[name];
  if (entry === undefined) throw new Error(`no policy is called ${name}`);
  return 'document' in entry ? entry.document : { ...policyDocument(entry.from), ...entry.change };
}
