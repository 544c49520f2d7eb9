import { registerHooks } from 'node:module';

/** One change of a source of core, made as it is loaded. */
export interface Edit {
  /** Path below packages/core/src. */
  readonly file: string;
  /** Text that stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/**
 * From now on the named sources are loaded with these changes; nothing on disk changes. Throws, when the source is loaded, where `find` does
 * not stand exactly once: a bug that is not planted proves nothing.
 */
export function plant(edits: readonly Edit[]): { readonly missing: () => readonly string[] } {
  const waiting = new Set(edits);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const mine = edits.filter(({ file }) => url.endsWith(`/packages/core/src/${file}`));
      if (mine.length === 0) return loaded;
      const source = typeof loaded.source === 'string' ? loaded.source : Buffer.from((loaded.source ?? '') as Uint8Array).toString();
      const changed = mine.reduce((text, { file, find, replace }) => {
        const parts = text.split(find);
        if (parts.length !== 2) throw new Error(`"${find}" stands ${parts.length - 1} times in ${file}; once was expected`);
        return parts.join(replace);
      }, source);
      for (const edit of mine) waiting.delete(edit);
      return { ...loaded, source: changed };
    },
  });
  return { missing: () => [...waiting].map(({ file }) => file) };
}
