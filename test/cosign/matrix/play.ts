import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  attest,
  certificateCheck,
  generateKeyPair,
  parsePublicKey,
  readPem,
  signImage,
  tagOfDigest,
  verifyAttestation,
  verifyImage,
  writeFallback,
  writePrivateKey,
  type Policy,
  type Signed,
  type SigningKey,
  type StorageForm,
  type Verdict,
} from 'start-registry/cosign'
import type { RunResult } from '../../../harness/run.js'
import { claimsIn, statementIn } from '../../../scenarios/cosign/claims.js'
import { issuer, subject } from '../../../scenarios/cosign/pki.js'
import { cosign1, cosign2, cosign3, cosigns, type Cosign } from '../../../scenarios/cosign/versions.js'
import { cells, nameOf, pkiIn, signCell, verifyCell, type Cell } from '../../support/cosign-cells.js'
import { cosignPlace, writeInto, type Image, type Place } from '../../support/cosign-place.js'
import type { Teardown } from '../../support/registries.js'
import { pushSigned } from '../../support/registry-signatures.js'

/** What was seen of one version in one line of the matrix. */
export interface Seen {
  readonly cell: Cell
  /** Whether the version signs, and we verify, or it verifies what we have signed. */
  readonly role: 'signs' | 'verifies'
  readonly version: string
  /** What it says when it cannot; undefined when it works. */
  readonly message?: string | undefined
}

/** Plays the whole matrix. @throws Error when a version has signed, and we do not verify. */
export async function playMatrix(t: Teardown): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  for (const referrersApi of [true, false]) {
    const place = await cosignPlace(t, { referrersApi })
    const { certify } = await pkiIn(place)
    const here = cells.filter((cell) => (cell.referrersApi ?? true) === referrersApi)
    for (const cosign of cosigns) {
      await place.newKeys(cosign)
      await certify()
      for (const cell of here) seen.push(await theySign(place, cosign, cell))
    }
    const key = await ownKeys(place)
    await certify()
    for (const cell of here) seen.push(...(await weSign(place, key, cell)))
  }
  return seen
}

async function theySign(place: Place, cosign: Cosign, cell: Cell): Promise<Seen> {
  const image = await place.image(`by-${cosign.version}/${nameOf(cell)}`)
  const result = await signCell(place, cosign, cell, image)
  const seen = { cell, role: 'signs', version: cosign.version } as const
  if (result.status !== 0) return { ...seen, message: complaintOf(result) }
  const forms = await verifyOurselves(place, cell, image)
  const wanted = formOf(cell)
  return forms.every((form) => form === wanted) ? seen : { ...seen, message: `stored as ${forms.join()}` }
}

/** Verifies by both strictnesses, and answers in which forms of storage the signature was. */
async function verifyOurselves(place: Place, cell: Cell, image: Image): Promise<readonly StorageForm[]> {
  const verify = cell.what === 'sign' ? verifyImage : verifyAttestation
  const forms: StorageForm[] = []
  for (const strictness of ['strict', 'cosign'] as const) {
    const options = { strictness, experimentalOci11: cell.where === 'oci-1-1' }
    const verdict = await verify(place.source(image.repository), image.digest, policyIn(place, cell), options)
    if (!verdict.verified || verdict.signatures.length !== 1) throw new Error(`${image.repository}: ${saidOf(verdict)}`)
    forms.push(...verdict.signatures.map(({ form }) => form))
  }
  return forms
}

const saidOf = (verdict: Verdict): string => JSON.stringify(verdict, undefined, 2)

function policyIn({ folder }: Place, { by }: Cell): Policy {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  if (by === 'key') return { keys: [parsePublicKey(read('cosign.pub'))] }
  const [intermediate, root] = readPem(read('chain.pem')).map(({ der }) => der) as [Uint8Array, Uint8Array]
  const identity = { subject, issuer }
  return { certificates: certificateCheck({ roots: [root], intermediates: [intermediate], identity, now: Date.now() }) }
}

/** The form of a line; none when nobody stores it so. */
function formOf({ what, where }: Cell): StorageForm | undefined {
  if (where === 'bundle') return 'bundle'
  if (what === 'attest') return where === 'tag' ? 'att-tag' : undefined
  return where === 'tag' ? 'sig-tag' : 'oci-1-1'
}

async function ownKeys(place: Place): Promise<SigningKey> {
  const { privateKey, publicPem } = generateKeyPair()
  writeInto(place, 'cosign.pub', publicPem)
  writeInto(place, 'cosign.key', writePrivateKey(privateKey, 'of the key', { label: 'COSIGN', n: 32768 }))
  return privateKey
}

/** We sign for all versions at once, but for attestations behind tags: those of cosign 1 are of a form of its own. */
async function weSign(place: Place, key: SigningKey, cell: Cell): Promise<readonly Seen[]> {
  const form = formOf(cell)
  if (form === undefined) return []
  const apart = cell.what === 'attest' && cell.where === 'tag'
  const groups = apart ? [[cosign1], [cosign2, cosign3]] : [cosigns]
  const seen: Seen[] = []
  for (const group of groups) {
    const asCosign1 = apart && group.includes(cosign1)
    const image = await place.image(`ours/${nameOf(cell)}${asCosign1 ? '-as-cosign1' : ''}`)
    await push(place, image, signedBy(place, key, { ...cell, form }, image, asCosign1))
    await verifyOurselves(place, cell, image)
    for (const cosign of group) seen.push(await theyVerify(place, cosign, cell, image))
  }
  return seen
}

async function theyVerify(place: Place, cosign: Cosign, cell: Cell, image: Image): Promise<Seen> {
  const result = await verifyCell(place, cosign, cell, image)
  const message = result.status === 0 ? undefined : complaintOf(result)
  if (message === undefined) assertSigned(cell, image, result)
  return { cell, role: 'verifies', version: cosign.version, message }
}

/** cosign prints what it has verified, which has to be what was signed. */
function assertSigned({ what }: Cell, { digest }: Image, { stdout }: RunResult): void {
  if (what === 'sign') {
    assert.deepEqual(
      [...new Set(claimsIn(stdout).map(({ critical }) => critical.image['docker-manifest-digest']))],
      [digest],
    )
  } else assert.equal(statementIn(stdout).predicate.Data, predicate)
}

const predicate = 'something that we attest'

function signedBy(
  { folder }: Place,
  key: SigningKey,
  { by, what, form }: Cell & { readonly form: StorageForm },
  image: Image,
  asCosign1: boolean,
): Signed {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  const certificate = { leaf: read('release.crt'), chain: read('chain.pem') }
  const about = { ...image, key, ...(by === 'certificate' && { certificate }) }
  switch (form) {
    case 'att-tag':
      return attest({ ...about, form, predicate, asCosign1 })
    case 'bundle':
      return what === 'sign' ? signImage({ ...about, form }) : attest({ ...about, form, predicate })
    default:
      return signImage({ ...about, form })
  }
}

/** Pushes as a client does: what refers to an image is put into the index of a registry without the referrers API. */
async function push({ wire, source }: Place, { repository, digest }: Image, signed: Signed): Promise<void> {
  await pushSigned(wire, repository, signed)
  if (signed.tag !== undefined || (await source(repository).referrers(digest))) return
  const existing = await source(repository).manifest(tagOfDigest(digest))
  await pushSigned(wire, repository, writeFallback(digest, signed, existing))
}

/** What cosign says when it fails, in one line and without what differs from run to run. */
function complaintOf({ stderr, command }: RunResult): string {
  const lines = stderr.split('\n')
  const first = lines.findIndex((line) => /^(?:[Ee]rror: |flag provided but not defined: )/.test(line))
  if (first === -1) throw new Error(`${command} fails, and says no error: ${stderr}`)
  const isFlag = lines[first]?.startsWith('flag')
  const after = lines.findIndex((line, index) => index > first && (isFlag || line.startsWith('error during')))
  return lines
    .slice(first, after === -1 ? undefined : after)
    .join(' ')
    .trim()
    .replaceAll(/http:\/\/\S+(?=:\s)/g, 'http://…')
}
