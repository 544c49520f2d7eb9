/** `npm run docs:graph`: writes the generated package graph into ARCHITECTURE.md, or prints it where the page has no place for it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GRAPH_BEGIN, GRAPH_END } from './gates/documented-graph.ts';
import { packageGraph } from './gates/package-graph.ts';
import { ROOT } from './start/root.ts';
import { say } from './start/terminal.ts';

const path = join(ROOT, 'ARCHITECTURE.md');
const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
const [begin, end] = [text.indexOf(GRAPH_BEGIN), text.indexOf(GRAPH_END)];
if (begin >= 0 && end > begin) writeFileSync(path, `${text.slice(0, begin)}${GRAPH_BEGIN}\n${packageGraph(ROOT)}\n${text.slice(end)}`);
else say(`${GRAPH_BEGIN}\n${packageGraph(ROOT)}\n${GRAPH_END}`);
