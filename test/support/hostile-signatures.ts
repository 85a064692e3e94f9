import { sign } from 'node:crypto'
import { signWith, writePayload } from 'start-registry/cosign'
import type { HostileCase, Maker } from './hostile-case.js'
import { base64, good, putLayers, signatureKey } from './hostile-layers.js'
import { hostileManifests } from './hostile-manifests.js'
import { hostilePayloads } from './hostile-payloads.js'

/** A signature that is otherwise than it should be, of the right payload. */
const signature =
  (text: (der: Buffer, maker: Maker) => string): HostileCase['put'] =>
  (store, maker) => {
    const layer = good(maker)
    const der = Buffer.from(layer.annotations?.[signatureKey] ?? '', 'base64')
    putLayers(store, maker, [{ ...layer, annotations: { [signatureKey]: text(der, maker) } }])
  }

// The order of P-256's group (SEC 2 §2.4.2).
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

const integer = (value: bigint): Buffer => {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  const positive = (bytes[0] as number) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes])
  return Buffer.concat([Buffer.of(2, positive.length), positive])
}

const ecdsaDer = (r: bigint, s: bigint): Buffer => {
  const content = Buffer.concat([integer(r), integer(s)])
  return Buffer.concat([Buffer.of(0x30, content.length), content])
}

function halves(der: Buffer): [r: bigint, s: bigint] {
  const length = der[3] as number
  const number = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`)
  return [number(der.subarray(4, 4 + length)), number(der.subarray(6 + length))]
}

const withS = (isHigh: boolean) =>
  signature((der) => {
    const [r, s] = halves(der)
    return base64(ecdsaDer(r, s > order / 2n === isHigh ? s : order - s))
  })

/** Signs until the base64 text has what the case is about. */
const until =
  (fits: (text: string) => boolean, change: (text: string) => string): HostileCase['put'] =>
  (store, maker) => {
    const bytes = writePayload(maker)
    let text = base64(signWith(maker.key, bytes))
    while (!fits(text)) text = base64(signWith(maker.key, bytes))
    putLayers(store, maker, [{ payload: bytes, annotations: { [signatureKey]: change(text) } }])
  }

// What is no DER, cosign takes for r and s side by side if its length is even; here it is not.
const oddDer = (change: (der: Buffer) => Buffer): HostileCase['put'] =>
  until(
    (text) => Buffer.from(text, 'base64').length % 2 === 0,
    (text) => base64(change(Buffer.from(text, 'base64'))),
  )

const nextLetter = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) + 1)

/** Signatures. */
const signatures: readonly HostileCase[] = [
  { name: 'high s', put: withS(true), strict: 'accepted', cosign: 'accepted', exit: 0 },
  { name: 'low s', put: withS(false), strict: 'accepted', cosign: 'accepted', exit: 0 },
  {
    name: 'r and s side by side',
    put: signature((der) =>
      halves(der)
        .map((half) => half.toString(16).padStart(64, '0'))
        .join('')
        .replace(/.*/s, (hex) => base64(Buffer.from(hex, 'hex'))),
    ),
    strict: 'SIG_RAW_RS',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a line feed in the base64',
    put: signature((der) => base64(der).replace(/^.{20}/, '$&\n')),
    strict: 'SIG_BASE64',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a space in the base64',
    put: signature((der) => base64(der).replace(/^.{20}/, '$& ')),
    strict: 'SIG_BASE64',
    cosign: 'SIG_BASE64',
    exit: 12,
  },
  {
    name: 'bits in the base64 that nothing reads',
    put: until(
      (text) => text.endsWith('='),
      (text) => text.replace(/.(?==+$)/, nextLetter),
    ),
    strict: 'SIG_BASE64',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'base64 without its padding',
    put: until(
      (text) => text.endsWith('='),
      (text) => text.replace(/=+$/, ''),
    ),
    strict: 'SIG_BASE64',
    cosign: 'SIG_BASE64',
    exit: 12,
  },
  {
    name: 'base64 of the alphabet for URLs',
    put: until(
      (text) => /[+/]/.test(text),
      (text) => text.replaceAll('+', '-').replaceAll('/', '_'),
    ),
    strict: 'SIG_BASE64',
    cosign: 'SIG_BASE64',
    exit: 12,
  },
  {
    name: 'a byte after the DER',
    put: oddDer((der) => Buffer.concat([der, Buffer.of(0)])),
    strict: 'SIG_DER',
    cosign: 'SIG_DER',
    exit: 12,
  },
  {
    name: 'a length of DER longer than it need be',
    put: oddDer((der) => Buffer.concat([Buffer.of(0x30, 0x81), der.subarray(1)])),
    strict: 'SIG_DER',
    cosign: 'SIG_DER',
    exit: 12,
  },
  { name: 'no bytes', put: signature(() => ''), strict: 'SIG_DER', cosign: 'SIG_DER', exit: 12 },
  {
    name: 'no annotation',
    put: (store, maker) => putLayers(store, maker, [{ ...good(maker), annotations: {} }]),
    strict: 'SIG_ANNOTATION_MISSING',
    cosign: 'SIG_ANNOTATION_MISSING',
    exit: 12,
  },
  {
    name: 'the annotation in other case',
    put: (store, maker) => {
      const layer = good(maker)
      const annotations = { 'Dev.CosignProject.Cosign/Signature': layer.annotations?.[signatureKey] ?? '' }
      putLayers(store, maker, [{ ...layer, annotations }])
    },
    strict: 'SIG_ANNOTATION_MISSING',
    cosign: 'SIG_ANNOTATION_MISSING',
    exit: 12,
  },
  {
    name: 'made with SHA-512',
    put: signature((_, maker) => base64(sign('sha512', writePayload(maker), maker.key.keyObject))),
    strict: 'HASH_ALG_MISMATCH',
    cosign: 'HASH_ALG_MISMATCH',
    exit: 12,
  },
]

const named = (what: string, cases: readonly HostileCase[]): readonly HostileCase[] =>
  cases.map((one) => ({ ...one, name: `${what}: ${one.name}` }))

/** What may stand behind a `.sig` tag. */
export const hostileSignatures: readonly HostileCase[] = [
  ...named('payload', hostilePayloads),
  ...named('signature', signatures),
  ...named('manifest', hostileManifests),
]
