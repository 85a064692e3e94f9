import assert from 'node:assert/strict'
import type { Signer } from '../cosign/signer.js'
import type { Images } from './images.js'

/** What it says of an image that is verified, as text and as JSON. */
export async function print({ cosign, registry, verify, say }: Signer, { signed, digest }: Images): Promise<void> {
  const image = `${signed}:1.0`
  say('verify')
  const { stdout, stderr } = await verify`start-registry verify --key cosign.pub -a env=prod ${image}`
  assert.equal(stderr, '')
  const lines = stdout.split('\n')
  assert.deepEqual(lines.slice(0, 9), [
    `verified      ${image}`,
    `digest        ${digest}`,
    `registry      ${registry.url}`,
    'what          signatures',
    'by            key cosign.pub',
    'rules         cosign: what the real cosign accepts',
    'asked for     env=prod',
    '',
    `signature 1, ${cosign.stores === 'tags' ? 'behind a .sig tag' : 'in a bundle'}: verified`,
  ])
  assert.ok(lines.includes('    algorithm ecdsa-p256-sha256'))

  say('verify, for a program')
  const json = await verify`start-registry verify --json --key cosign.pub ${image}`
  const { event, reference, url, verified, signatures, exitCode } = JSON.parse(json.stdout) as Record<string, unknown>
  assert.deepEqual(
    { event, reference, url, verified, exitCode },
    {
      event: 'verdict',
      reference: image,
      url: registry.url,
      verified: true,
      exitCode: 0,
    },
  )
  const [first] = signatures as readonly { readonly form: string; readonly annotations: unknown }[]
  assert.equal(first?.form, cosign.stores === 'tags' ? 'sig-tag' : 'bundle')
  assert.deepEqual(first.annotations, { env: 'prod' })
}
