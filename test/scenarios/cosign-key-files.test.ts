import { sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  generateKeyPair,
  readPrivateKey,
  signWith,
  writePrivateKey,
  type SignOptions,
} from '../../src/cosign/keys/private-key.js'
import { parsePublicKey, type KeyKind, type PublicKey } from '../../src/cosign/keys/public-key.js'
import { verifyWith } from '../../src/cosign/keys/verify.js'
import { CosignError } from '../../src/cosign/verdict.js'
import { password, realCosign, versions, type RealCosign, type Version } from '../cosign/keys/real-cosign.js'
import { folderFor, type Teardown } from '../support/registries.js'

t.setTimeout(300_000)

const kinds: readonly KeyKind[] = ['P-256', 'P-384', 'P-521', 'RSA', 'Ed25519']
const pairs = Object.fromEntries(kinds.map((kind) => [kind, generateKeyPair(kind)])) as Record<
  KeyKind,
  ReturnType<typeof generateKeyPair>
>
const blob = Buffer.from('a blob\n')

/** A real cosign in a home of its own, with the file `blob`. */
interface Desk {
  readonly cosign: RealCosign
  readonly write: (name: string, content: string) => void
  readonly read: (name: string) => string
}

async function desk(t: Teardown, version: Version): Promise<Desk> {
  const folder = folderFor(t)
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content)
  write('blob', blob.toString())
  return {
    cosign: await realCosign(version, folder),
    write,
    read: (name) => readFileSync(join(folder, name), 'utf8'),
  }
}

// What a command ends in: nothing, or the line that says why not.
async function complaint(run: () => Promise<unknown>): Promise<string> {
  try {
    await run()
    return ''
  } catch (error) {
    const { stderr } = error as { stderr?: unknown }
    if (typeof stderr !== 'string') throw error
    return stderr.split('\n').find((line) => /^(?:error|Error|panic): /.test(line)) ?? stderr
  }
}

const refusalsOf1 = {
  COSIGN: { 32768: '', 65536: /unexpected kdf parameters$/, 131072: /unexpected kdf parameters$/ },
  SIGSTORE: {
    32768: /unsupported pem type: ENCRYPTED SIGSTORE PRIVATE KEY$/,
    65536: /unsupported pem type: ENCRYPTED SIGSTORE PRIVATE KEY$/,
    131072: /unsupported pem type: ENCRYPTED SIGSTORE PRIVATE KEY$/,
  },
} as const

const newCurves = { 'P-256': 'ecdsa-p256-sha256', 'P-384': 'ecdsa-p384-sha384', 'P-521': 'ecdsa-p521-sha512' }
const invalid1 = 'error: signing blob: reading key: invalid private key'
const signedBy: Readonly<Record<Version, Readonly<Record<KeyKind, string>>>> = {
  '1.0.0': {
    'P-256': 'ecdsa-p256-sha256',
    'P-384': 'ecdsa-p384-sha256',
    'P-521': 'ecdsa-p521-sha256',
    RSA: invalid1,
    Ed25519: invalid1,
  },
  '2.6.5': {
    ...newCurves,
    RSA: 'rsa-pkcs1v15-sha256',
    Ed25519: 'panic: crypto: requested hash function #0 is unavailable',
  },
  // Images it signs with Ed25519ph.
  '3.1.3': { ...newCurves, RSA: 'rsa-pkcs1v15-sha256', Ed25519: 'ed25519' },
}

const curves: readonly (readonly [KeyKind, SignOptions])[] = [
  ['P-256', {}],
  ['P-384', { hash: 'sha256' }],
  ['P-521', { hash: 'sha256' }],
]
const all = [...curves, ['RSA', {}], ['Ed25519', { edwards: 'ed25519' }]] as const
const verifiable = { '1.0.0': curves, '2.6.5': all, '3.1.3': all }

function isTaken(key: PublicKey, signature: Uint8Array): boolean {
  try {
    verifyWith(key, blob, signature, { strictness: 'cosign' })
    return true
  } catch (error) {
    if (error instanceof CosignError) return false
    throw error
  }
}

for (const version of versions) {
  void t.test(`cosign ${version} makes a key and signs, and we read and verify`, async (t) => {
    const { cosign, read } = await desk(t, version)
    await cosign.generateKeyPair()
    const key = readPrivateKey(read('cosign.key'), password)
    t.same(key.publicKey, parsePublicKey(read('cosign.pub')))
    const signature = Buffer.from(await cosign.signBlob('cosign.key', 'blob'), 'base64')
    t.same(verifyWith(key.publicKey, blob, signature, { strictness: 'strict' }), { algorithm: 'ecdsa-p256-sha256' })
  })

  void t.test(`cosign ${version} reads the keys that we write`, async (t) => {
    const { cosign, write } = await desk(t, version)
    const { privateKey, publicKey } = pairs['P-256']
    for (const label of ['COSIGN', 'SIGSTORE'] as const) {
      for (const n of [32768, 65536, 131072] as const) {
        const name = `${label}-${n}.key`
        write(name, writePrivateKey(privateKey, password, { label, n }))
        const wanted = version === '1.0.0' ? refusalsOf1[label][n] : ''
        const told = await complaint(async () => {
          t.same(parsePublicKey(await cosign.publicKey(name)), publicKey, `${name} is read`)
        })
        t.match(told, wanted === '' ? /^$/ : wanted, `${name}: ${told}`)
      }
    }
  })

  void t.test(`cosign ${version} signs with keys of every kind, and we say how`, async (t) => {
    const { cosign, write } = await desk(t, version)
    const algorithms: Record<string, string> = {}
    for (const kind of kinds) {
      write('key', writePrivateKey(pairs[kind].privateKey, password, { label: 'COSIGN', n: 32768 }))
      const told = await complaint(async () => {
        const signature = Buffer.from(await cosign.signBlob('key', 'blob'), 'base64')
        const verified = verifyWith(pairs[kind].publicKey, blob, signature, { strictness: 'strict' })
        algorithms[kind] = verified.algorithm
      })
      if (told !== '') algorithms[kind] = told
    }
    t.same(algorithms, signedBy[version])
  })

  void t.test(`cosign ${version} verifies what we sign`, async (t) => {
    const { cosign, write } = await desk(t, version)
    const verify = (): Promise<string> => cosign.verifyBlob('cosign.pub', 'signature', 'blob')
    for (const [kind, options] of verifiable[version]) {
      const { privateKey, publicPem } = pairs[kind]
      write('cosign.pub', publicPem)
      write('signature', Buffer.from(signWith(privateKey, blob, options)).toString('base64'))
      t.equal(await complaint(verify), '', kind)
      write('signature', Buffer.from(signWith(privateKey, Buffer.from('another'), options)).toString('base64'))
      t.match(await complaint(verify), /^error: /i)
    }
  })

  void t.test(`cosign ${version} takes r and s side by side as we say`, async (t) => {
    const { cosign, write } = await desk(t, version)
    const { privateKey, publicKey, publicPem } = pairs['P-256']
    const verify = (): Promise<string> => cosign.verifyBlob('cosign.pub', 'signature', 'blob')
    const raw = sign('sha256', blob, { key: privateKey.keyObject, dsaEncoding: 'ieee-p1363' })
    write('cosign.pub', publicPem)
    for (const zeros of [0, 34, 35]) {
      const wide = Buffer.concat([Buffer.alloc(zeros), raw.subarray(0, 32), Buffer.alloc(zeros), raw.subarray(32)])
      write('signature', wide.toString('base64'))
      const told = await complaint(verify)
      // Cosign 1 is not what the strictness is named after.
      if (version === '1.0.0') t.match(told, /failed to verify signature$/)
      else t.equal(told === '', isTaken(publicKey, wide), `${wide.length} bytes`)
    }
  })
}

for (const version of ['2.6.5', '3.1.3'] as const) {
  void t.test(`cosign ${version} imports the keys that we make`, async (t) => {
    const { cosign, write, read } = await desk(t, version)
    for (const kind of kinds) {
      const { privateKey, publicKey } = pairs[kind]
      write('plain.pem', privateKey.keyObject.export({ type: 'pkcs8', format: 'pem' }).toString())
      await cosign.importKeyPair('plain.pem')
      const imported = readPrivateKey(read('import-cosign.key'), password)
      t.same(imported.publicKey, publicKey)
      t.same(parsePublicKey(read('import-cosign.pub')), publicKey)
    }
  })
}
