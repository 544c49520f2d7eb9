import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly dependencies?: { readonly [name: string]: string };
}

/** The packages and what each depends on, as a Mermaid graph made from the manifests. Sorted, so that it is always the same text. */
export function packageGraph(root: string): string {
  const packages = join(root, 'packages');
  const manifests = readdirSync(packages)
    .map((folder) => join(packages, folder, 'package.json'))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as Manifest)
    .sort((a, b) => a.name.localeCompare(b.name));
  const short = (name: string): string => name.replace('@countersign/', '');
  const lines = manifests.flatMap(({ name, dependencies }) => {
    const ours = Object.keys(dependencies ?? {})
      .filter((each) => each.startsWith('@countersign/'))
      .sort();
    return ours.length === 0 ? [`  ${short(name)}`] : ours.map((each) => `  ${short(name)} --> ${short(each)}`);
  });
  return ['```mermaid', 'graph TD', ...lines, '```'].join('\n');
}
