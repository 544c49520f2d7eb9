/**
 * Copies of two crates with the upper bounds on `zeroize` and `subtle` lifted in their manifests. The Squads crate's old
 * dependencies need them, and with those bounds cargo resolves nothing current. Cargo downloads the crates; their sources are
 * as published and are not in this repository.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCargo } from './cargo.ts';

export interface VendoredCrate {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the crate as crates.io serves it, hex. */
  readonly sha256: string;
  /** Dependencies that lose their upper bound. */
  readonly loosened: readonly string[];
}

export const VENDORED_CRATES: readonly VendoredCrate[] = [
  {
    name: 'aes-gcm-siv',
    version: '0.10.3',
    sha256: '589c637f0e68c877bbd59a4599bbe849cac8e5f3e4b5a3ebae8f528cd218dcdc',
    loosened: ['subtle', 'zeroize'],
  },
  {
    name: 'curve25519-dalek',
    version: '3.2.1',
    sha256: '90f9d052967f590a76e62eb387bd0bbb1b000182c3cefe5364db6b7211651bc0',
    loosened: ['zeroize'],
  },
];

/** `null` when `stage/vendor` holds the copies, else one line that says why not. `scratch` is made and removed. */
export async function vendorCrates(stage: string, scratch: string): Promise<string | null> {
  const made = join(stage, 'vendor', 'made-of.json');
  const recipe = JSON.stringify(VENDORED_CRATES);
  if (existsSync(made) && readFileSync(made, 'utf8') === recipe) return null;
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  writeFileSync(join(scratch, 'Cargo.toml'), scratchManifest());
  writeFileSync(join(scratch, 'lib.rs'), '');
  const download = await runCargo(['vendor', '--quiet', 'downloaded'], { cwd: scratch, env: {}, onLine: () => {} });
  if (!download.ok) {
    return `cargo could not download from crates.io (or the mirror in its settings): ${download.problem}; set up the network or a mirror, or set SQUADS_PROGRAM_SO to the Squads v4 ELF of mainnet`;
  }
  const copies = join(scratch, 'vendor');
  for (const crate of VENDORED_CRATES) {
    const from = join(scratch, 'downloaded', crate.name);
    const problem = wrongDownload(crate, readFileSync(join(from, '.cargo-checksum.json'), 'utf8'));
    if (problem !== null) return problem;
    const to = join(copies, crate.name);
    cpSync(from, to, { recursive: true });
    rmSync(join(to, '.cargo-checksum.json'));
    const manifest = join(to, 'Cargo.toml');
    writeFileSync(manifest, loosen(readFileSync(manifest, 'utf8'), crate));
  }
  writeFileSync(join(copies, 'made-of.json'), recipe);
  mkdirSync(stage, { recursive: true });
  rmSync(join(stage, 'vendor'), { recursive: true, force: true });
  renameSync(copies, join(stage, 'vendor'));
  rmSync(scratch, { recursive: true, force: true });
  return null;
}

/** The manifest without the upper bounds of `crate.loosened`. Throws when it does not have exactly the bounds we know. */
export function loosen(manifest: string, crate: VendoredCrate): string {
  let loosened = manifest;
  for (const dependency of crate.loosened) {
    const bounded = new RegExp(`(\\[dependencies\\.${dependency}\\]\\nversion = ")>=(\\d+), <[\\d.]+"`, 'g');
    const found = loosened.match(bounded)?.length ?? 0;
    if (found !== 1) throw new Error(`${crate.name} ${crate.version} has ${found} upper bounds on ${dependency}, expected 1`);
    loosened = loosened.replace(bounded, '$1$2"');
  }
  return loosened;
}

function wrongDownload(crate: VendoredCrate, checksums: string): string | null {
  const sha256 = (JSON.parse(checksums) as { package?: unknown }).package;
  return sha256 === crate.sha256
    ? null
    : `cargo downloaded a ${crate.name} ${crate.version} with sha256 ${sha256}, expected ${crate.sha256}`;
}

function scratchManifest(): string {
  const dependencies = VENDORED_CRATES.map((crate) => `${crate.name} = { version = "=${crate.version}", default-features = false }`);
  return `[package]
name = "download"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[lib]
path = "lib.rs"

[dependencies]
${dependencies.join('\n')}
`;
}
