import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult } from '../../harness/run.js'
import { flagsOf } from '../../scenarios/cosign-pki/ours.js'
import { issue, makePki, type Bench } from '../../scenarios/cosign/pki.js'
import { cosign1, cosign2, cosign3, type Cosign } from '../../scenarios/cosign/versions.js'
import { writeInto, type Image, type Place } from './cosign-place.js'
import { experimental } from './cosign-ways.js'

/** What can be signed how, and where it is stored: one line of the matrix. */
export interface Cell {
  readonly by: 'key' | 'certificate'
  readonly what: 'sign' | 'attest'
  /** Behind a tag, as a referrer in OCI 1.1's experimental mode, or as one with a bundle. */
  readonly where: 'tag' | 'oci-1-1' | 'bundle'
  /** Whether referrers are found by the API, or by the tag of the referrers tag schema; undefined behind a tag. */
  readonly referrersApi?: boolean | undefined
}

const places: readonly Pick<Cell, 'where' | 'referrersApi'>[] = [
  { where: 'tag' },
  { where: 'oci-1-1', referrersApi: true },
  { where: 'oci-1-1', referrersApi: false },
  { where: 'bundle', referrersApi: true },
  { where: 'bundle', referrersApi: false },
]

/** Every line of the matrix. */
export const cells: readonly Cell[] = (['key', 'certificate'] as const).flatMap((by) =>
  (['sign', 'attest'] as const).flatMap((what) => places.map((place) => ({ by, what, ...place }))),
)

/** A short name: `key-sign-bundle-fallback`. */
export const nameOf = ({ by, what, where, referrersApi }: Cell): string =>
  [by, what, where, ...(referrersApi === false ? ['fallback'] : [])].join('-')

/** Has openssl make a PKI in a place's folder: for each key that it is to vouch for, `certify` makes release.crt. */
export async function pkiIn(place: Place): Promise<{ readonly certify: () => Promise<void> }> {
  const read = (name: string): Buffer => readFileSync(join(place.folder, name))
  const bench: Bench = { sh: place.sh, read, write: (name, text) => writeInto(place, name, text) }
  await makePki(bench)
  const authority = 'url=https://ca.example,certificate-chain=chain.pem'
  await place.sh`${place.cosign(cosign3)} trusted-root create --fulcio ${authority} --out trusted-root.json`
  writeInto(place, 'predicate.json', '{"builder":"ours"}\n')
  return {
    certify: () => issue(bench, 'leaf', { by: 'intermediate', as: 'leaf', out: 'release', publicKey: 'cosign.pub' }),
  }
}

const storing = (cosign: Cosign, where: Cell['where']): readonly string[] => {
  if (where === 'bundle') return cosign === cosign3 ? [] : ['--new-bundle-format']
  const tags = cosign === cosign3 ? ['--new-bundle-format=false'] : []
  return where === 'tag' ? tags : [...tags, '--registry-referrers-mode=oci-1-1']
}

/** Has a version sign or attest an image by the key, or the key and release.crt, in a place's folder. */
export async function signCell(place: Place, cosign: Cosign, cell: Cell, { image }: Image): Promise<RunResult> {
  const { by, what, where } = cell
  const chain = cosign !== cosign1 && where !== 'bundle' ? ['--certificate-chain', 'chain.pem'] : []
  const flag = cosign === cosign1 ? '--cert' : '--certificate'
  const certificate = by === 'certificate' ? [flag, 'release.crt', ...chain] : []
  const predicate = what === 'attest' ? ['--predicate', 'predicate.json'] : []
  const words = [
    what,
    ...cosign.signing,
    ...storing(cosign, where),
    '--key',
    'cosign.key',
    ...certificate,
    ...predicate,
  ]
  const set = where === 'oci-1-1' && cosign !== cosign1 ? experimental : {}
  return place.sign({
    status: 'any',
    set: { COSIGN_PASSWORD: 'of the key', ...set },
  })`${place.cosign(cosign)} ${words} ${image}`
}

const reading = (cosign: Cosign, { by, what, where }: Cell): readonly string[] => {
  if (where === 'bundle') {
    const root = by === 'certificate' || cosign === cosign2 ? ['--trusted-root', 'trusted-root.json'] : []
    return cosign === cosign1 ? [] : ['--new-bundle-format', ...root]
  }
  const chain = by === 'certificate' && cosign !== cosign1 ? ['--certificate-chain', 'chain.pem'] : []
  const experimental = where === 'oci-1-1' && cosign !== cosign1 && what === 'sign' ? ['--experimental-oci11'] : []
  return [...chain, ...experimental]
}

/** Has a version verify what is signed in this way, by cosign.pub or by whom the certificate is to name. */
export async function verifyCell(place: Place, cosign: Cosign, cell: Cell, { image }: Image): Promise<RunResult> {
  const { by, what, where } = cell
  const command = what === 'sign' ? 'verify' : 'verify-attestation'
  const identity = cosign === cosign1 ? [] : [...flagsOf(), '--insecure-ignore-sct=true']
  const whose = by === 'key' ? ['--key', 'cosign.pub'] : identity
  const words = [command, ...cosign.verifying, ...reading(cosign, cell), ...whose]
  const set = where === 'oci-1-1' && cosign !== cosign1 ? experimental : {}
  return place.sh({ status: 'any', set })`${place.cosign(cosign)} ${words} ${image}`
}
