import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { VerifyPolicy } from '../../harness/index.js'
import { issuer, subject } from '../cosign/pki.js'
import type { Signer } from '../cosign/signer.js'

/** What the registry says of a signature. */
export interface Said {
  /** Who has signed; undefined when it is refused. */
  readonly by?: string
  /** Of the rules that did not hold, or of what else there is to know. */
  readonly codes?: readonly string[]
  /** The status that cosign would end with. @default 0 when somebody has signed, 12 otherwise */
  readonly exitCode?: number
}

/** Who must have signed, as cosign and as `registry.verify` take it. */
export function flagsOf(identity: string = subject, by: string = issuer): readonly string[] {
  return ['--certificate-identity', identity, '--certificate-oidc-issuer', by]
}

export const whom: { readonly identity: string; readonly issuer: string } = { identity: subject, issuer }

/** The path of a file on the desk. */
export const fileOf = ({ desk }: Signer, name: string): string => join(desk.folder, name)

/** Asserts what the registry itself says of `team/NAME:1.0`, the same by the rules of the real cosign and by the strict ones. */
export async function ours(
  { registry }: Signer,
  name: string,
  policy: VerifyPolicy,
  { by, codes = [], exitCode = by === undefined ? 12 : 0 }: Said,
): Promise<void> {
  for (const strict of [false, true]) {
    const verdict = await registry.verify(`team/${name}:1.0`, { ...policy, strict })
    const found = verdict.signatures.map(({ verified, identity, findings }) => ({
      by: verified ? identity?.subject : undefined,
      codes: findings.map(({ code }) => code),
    }))
    assert.deepEqual(found, [{ by, codes }])
    assert.equal(verdict.verified, by !== undefined)
    assert.equal(verdict.exitCode, exitCode)
  }
}
