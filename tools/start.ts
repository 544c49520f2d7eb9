/** `npm start`: everything that Countersign needs on this machine, from nothing or from where it was left, until Ctrl-C. */
import { enableCompileCache } from 'node:module';
import { COMPILE_CACHE } from './start/compile-cache.ts';

enableCompileCache(COMPILE_CACHE);
const { start } = await import('./start/start.ts');
await start();
