import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sha256Hex } from '@countersign/core';

export interface MigrationFile {
  /** Position, from 1. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file. */
  readonly checksum: string;
}

const FOLDER: string = fileURLToPath(new URL('../../migrations/', import.meta.url));
const NAME = /^([0-9]{4})_[a-z_]+\.sql$/;

/** Reads migrations/NNNN_name.sql in order; the numbers go up from 1 without gaps. */
export async function readMigrationFiles(folder: string = FOLDER): Promise<readonly MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(NAME.exec(name)?.[1]);
      if (number !== index + 1) throw new Error(`migrations/${name} is not number ${index + 1}`);
      const sql = await readFile(`${folder}/${name}`, 'utf8');
      return { number, name, sql, checksum: sha256Hex(sql) };
    }),
  );
}
