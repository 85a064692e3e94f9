import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Binary } from '../../vendor-binaries/manifest.js'

/** A client that there is not, in two versions and of each kind. */
export const tool: Binary = {
  name: 'tool',
  version: '1.2.3',
  source: { kind: 'go', package: 'example.com/tool', version: 'v1.2.3', go: '1.26' },
  question: { args: ['version'], pattern: /v(\S+)/ },
  isDefault: true,
}

export const oldTool: Binary = { ...tool, version: '1.0.0', isDefault: false }

export const systemTool: Binary = { ...tool, version: 'system', source: { kind: 'system', package: 'tool' } }

/** The text of a program that says its version. */
export const saying = (version: string): string => `#!/bin/sh\necho v${version}\n`

/** Writes a program, one that says its version unless its text is given. */
export function executable(path: string, version: string, text: string = saying(version)): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}

/** This machine, as projects name it in the files that they publish. */
export const platform: Readonly<Record<'system' | 'machine', string>> = {
  system: process.platform,
  machine: process.arch === 'x64' ? 'amd64' : process.arch,
}
