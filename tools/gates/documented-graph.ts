import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageGraph } from './package-graph.ts';

export const GRAPH_BEGIN: string = '<!-- package graph: begin (npm run docs:graph writes it) -->';
export const GRAPH_END: string = '<!-- package graph: end -->';

/** What is wrong with the graph in ARCHITECTURE.md; empty when it is the generated one. */
export function compareDocumentedGraph(root: string): string {
  const path = join(root, 'ARCHITECTURE.md');
  if (!existsSync(path)) return 'ARCHITECTURE.md is missing';
  const text = readFileSync(path, 'utf8');
  const [begin, end] = [text.indexOf(GRAPH_BEGIN), text.indexOf(GRAPH_END)];
  if (begin < 0 || end < begin) return `ARCHITECTURE.md has no place for the package graph: ${GRAPH_BEGIN} … ${GRAPH_END}`;
  const documented = text.slice(begin + GRAPH_BEGIN.length, end).trim();
  return documented === packageGraph(root) ? '' : 'the package graph in ARCHITECTURE.md is not the generated one: npm run docs:graph';
}
