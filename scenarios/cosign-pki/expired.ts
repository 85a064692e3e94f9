import assert from 'node:assert/strict'
import { issue, makePki, putTogether, subject } from '../cosign/pki.js'
import { failing, target, type Signer } from '../cosign/signer.js'
import { cosign2 } from '../cosign/versions.js'
import { pushImage } from '../push-image.js'
import { fileOf, flagsOf, ours, whom } from './ours.js'
import { importLeaf, unlogged } from './tags.js'

const chainFlags = (file: string): readonly string[] => ['--certificate-chain', file]
const expired = 'Error: no matching signatures: expected a signed timestamp to verify an expired certificate'

/**
 * Nothing shows when a signature was made, so that its certificates have to be valid when it is verified: all of them, for
 * which cosign 2 does not look beyond the leaf (GHSA-wfqv-66vq-46rm).
 */
export async function signWithExpired(signer: Signer): Promise<void> {
  const { desk, say, show, defect } = signer
  say('certificates of other days')
  await makePki(desk, [-30, 30])
  await importLeaf(signer)
  // It was valid when the leaf began to be.
  await issue(desk, 'intermediate', { by: 'root', as: 'ca', out: 'old-intermediate', days: [-40, -5] })
  putTogether(desk, 'old-chain.pem', 'old-intermediate', 'root')
  await issue(desk, 'leaf', { by: 'intermediate', as: 'leaf', out: 'expired', days: [-20, -10] })
  await issue(desk, 'leaf', { by: 'intermediate', as: 'leaf', out: 'later', days: [1, 20] })

  say('a leaf that has expired, and one of tomorrow')
  for (const leaf of ['expired', 'later']) await verifyLeaf(signer, leaf)
  show('refuse a certificate that is not valid at this time')

  say('an intermediate that has expired since')
  const story = 'refuse a certificate whose intermediate has expired since'
  const accepted = await verifyPath(signer)
  const note = 'the registry refuses it: GHSA-wfqv-66vq-46rm, ended in cosign 3.0.5'
  if (accepted === undefined) show(story)
  else defect(story, accepted, note)
}

const inTags = ['--new-bundle-format=false']

/** Signs, whatever the time is, and answers the image. */
async function signWith(signer: Signer, leaf: string, chain: readonly string[] = []): Promise<string> {
  const { cosign, registry, sign } = signer
  const repository = `team/${leaf}`
  const { digest } = await pushImage(target(signer, repository), '1.0', `an app, signed by ${leaf}.crt`)
  const image = `${registry.host}/${repository}`
  const certificate = ['--key', 'leaf-cosign.key', '--certificate', `${leaf}.crt`, ...chain]
  await sign`cosign sign ${cosign.signing} ${inTags} ${certificate} ${image}@${digest}`
  return `${image}:1.0`
}

async function verifyLeaf(signer: Signer, leaf: string): Promise<void> {
  const chain = chainFlags('chain.pem')
  const image = await signWith(signer, leaf, chain)
  const refusal = { status: 12, message: expired }
  await failing(signer.verify, refusal)`cosign verify ${chain} ${flagsOf()} ${unlogged} ${image}`
  const certificate = { ...whom, chain: fileOf(signer, 'chain.pem') }
  await ours(signer, leaf, { certificate }, { codes: ['CERT_EXPIRED_AT'] })
}

/** Verifies by the intermediate that has expired, and answers what cosign says when that is good enough for it. */
async function verifyPath(signer: Signer): Promise<string | undefined> {
  const { cosign, verify } = signer
  // Without a chain: an intermediate that is stored with a signature may be taken in place of the one that has expired.
  const image = await signWith(signer, 'leaf')
  const certificate = { ...whom, chain: fileOf(signer, 'chain.pem') }
  await verify`cosign verify ${chainFlags('chain.pem')} ${flagsOf()} ${unlogged} ${image}`
  await ours(signer, 'leaf', { certificate }, { by: subject })

  const old = { ...certificate, chain: fileOf(signer, 'old-chain.pem') }
  await ours(signer, 'leaf', { certificate: old }, { codes: ['CERT_EXPIRED_AT'] })
  const chain = chainFlags('old-chain.pem')
  if (cosign === cosign2) {
    const { stderr } = await verify`cosign verify ${chain} ${flagsOf()} ${unlogged} ${image}`
    const message = 'The code-signing certificate was verified using trusted certificate authority certificates'
    assert.ok(stderr.includes(message), stderr)
    return message
  }
  const refusal = { status: 12, message: expired }
  await failing(verify, refusal)`cosign verify ${chain} ${flagsOf()} ${unlogged} ${image}`
  return undefined
}
