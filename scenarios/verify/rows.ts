import assert from 'node:assert/strict'
import type { Over } from '../compatibility/record.js'
import type { Signer } from '../cosign/signer.js'
import type { Images } from './images.js'

/** A command line for both, and how both end: cosign's words and ours. */
interface Row {
  readonly what: string
  readonly flags: readonly string[]
  readonly image: string
  readonly status: number
  readonly cosign: RegExp
  readonly ours: RegExp
}

const nothing = /^$/
const fine = /The signatures were verified against the specified public key/

function rowsOf({ cosign }: Signer, { signed, unsigned, moved, digest }: Images): readonly Row[] {
  const inTags = cosign.stores === 'tags'
  const invalid = inTags ? 12 : 1
  const image = `${signed}:1.0`
  return [
    { what: 'by digest', flags: [], image: `${signed}@${digest}`, status: 0, cosign: fine, ours: nothing },
    {
      what: 'the key of somebody else',
      flags: ['--key', 'stranger.pub'],
      image,
      status: invalid,
      cosign: inTags ? /invalid signature when validating ASN\.1 encoded signature$/m : /failed to verify signature/,
      ours: /is not verified: the signature is not valid with this key.* \(SIG_INVALID\)$/m,
    },
    {
      what: 'nothing is signed',
      flags: [],
      image: `${unsigned}:1.0`,
      status: 10,
      cosign: /^Error: no signatures found$/m,
      ours: new RegExp(`is not verified: there is no signature of ${digest} \\(NO_SIGNATURES\\)$`, 'm'),
    },
    {
      what: 'the signature of another image',
      flags: [],
      image: `${moved}:1.0`,
      status: invalid,
      cosign: inTags ? /invalid or missing digest in claim: sha256:/ : /artifact digest does not match any digest/,
      ours: inTags ? /\(DIGEST_MISMATCH\)$/m : /\(STATEMENT_SUBJECT\)$/m,
    },
    {
      what: 'no such tag',
      flags: [],
      image: `${signed}:none`,
      status: 11,
      cosign: /^Error: image tag not found: /m,
      ours: /is not verified: there is no \S+:none \(TAG_NOT_FOUND\)$/m,
    },
    { what: 'annotations', flags: ['-a', 'env=prod'], image, status: 0, cosign: fine, ours: nothing },
    {
      what: 'another annotation',
      flags: ['-a', 'env=test'],
      image,
      status: invalid,
      cosign: /missing or incorrect annotation$/m,
      ours: /is not verified: .*env.* \(ANNOTATION_MISMATCH\)$/m,
    },
    {
      what: 'no such repository',
      flags: [],
      image: `${signed}/none:1.0`,
      status: 11,
      cosign: /^Error: image tag not found: /m,
      ours: /is not verified: there is no \S+\/none:1\.0 \(TAG_NOT_FOUND\)$/m,
    },
    {
      what: 'no such digest',
      flags: [],
      image: `${signed}@sha256:${'a'.repeat(64)}`,
      status: 10,
      cosign: /^Error: no signatures found$/m,
      ours: /is not verified: there is no signature of sha256:a{64} \(NO_SIGNATURES\)$/m,
    },
  ]
}

// Over http the registry is found in another way, and is asked the same.
const first = 5

/** Both are told the same of the same images, end with the same code, and say why. */
export async function compare(signer: Signer, judge: Signer, images: Images, over: Over): Promise<void> {
  for (const row of rowsOf(signer, images).slice(0, over === 'http' ? first : undefined)) {
    const { what, flags, image, status } = row
    signer.say(`verify, beside cosign ${judge.cosign.version}: ${what}`)
    const key = flags.includes('--key') ? [] : ['--key', 'cosign.pub']
    const words = [...judge.cosign.verifying, ...key, ...flags, image]
    const theirs = await judge.verify({ status })`cosign verify ${words}`
    assert.match(theirs.stderr, row.cosign)
    const ours = await judge.verify({ status })`start-registry verify ${words}`
    assert.match(ours.stderr, row.ours)
    assert.equal(ours.stdout.startsWith(status === 0 ? 'verified ' : 'NOT verified '), true)
  }
}

/** Several images in one command, and a key that stands in the environment. */
export async function several(judge: Signer, { signed, unsigned, moved }: Images): Promise<void> {
  const { cosign, say } = judge
  say('verify several images')
  const words = [...cosign.verifying, '--key', 'cosign.pub', `${unsigned}:1.0`, `${signed}:1.0`, `${moved}:1.0`]
  const fails = judge.verify({ status: 10 })
  // cosign says nothing of those that come behind the first that is not verified.
  const theirs = await fails`cosign verify ${words}`
  assert.match(theirs.stderr, /^Error: no signatures found$/m)
  const { stdout, stderr } = await fails`start-registry verify ${words}`
  assert.deepEqual(
    stdout.split('\n').filter((line) => /^(?:NOT )?verified /.test(line)),
    [`NOT verified  ${unsigned}:1.0`, `verified      ${signed}:1.0`, `NOT verified  ${moved}:1.0`],
  )
  assert.equal(stderr.split('\n').length, 2)

  say('verify by a key in the environment')
  for (const program of ['cosign', 'start-registry']) {
    const flags = cosign.verifying.join(' ')
    const command = `PUBLIC_KEY="$(cat cosign.pub)" ${program} verify ${flags} --key env://PUBLIC_KEY ${signed}:1.0`
    await judge.verify`sh -c ${command}`
  }
}
