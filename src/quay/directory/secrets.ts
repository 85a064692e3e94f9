import { createHash, randomBytes } from 'node:crypto'
import { passwordDigest } from '../../access/accounts.js'

/** Where secrets and ids come from: so many bytes that nobody can guess, or that a seed decides. */
export type Random = (bytes: number) => Buffer

export const systemRandom: Random = randomBytes

/** Bytes that follow from `seed`: the same calls get the same secrets. For tests. */
export function seededRandom(seed: string): Random {
  let counter = 0
  let rest = Buffer.alloc(0)
  return (bytes) => {
    while (rest.length < bytes) {
      rest = Buffer.concat([rest, createHash('sha256').update(`${seed}\n${counter++}`).digest()])
    }
    const taken = rest.subarray(0, bytes)
    rest = rest.subarray(bytes)
    return Buffer.from(taken)
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Lengths of Quay's secrets, in characters. */
export const secretLengths = {
  robot: 64,
  oauth: 40,
  appToken: 120,
  appTokenName: 60,
  clientId: 20,
  clientSecret: 40,
} as const

/** A secret as Quay makes them: capital letters and digits. */
export function makeSecret(random: Random, length: number): string {
  let text = ''
  while (text.length < length) {
    // Bytes above the last whole alphabet would make the first letters more likely than the others.
    for (const byte of random(length - text.length)) if (byte < 252) text += letters[byte % 36] as string
  }
  return text
}

/** A random UUID (RFC 9562, version 4). */
export function makeUuid(random: Random): string {
  const bytes = random(16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** A password or a token as it is kept: SHA-256, in hex. */
export const secretDigest = (text: string): string => passwordDigest(text).toString('hex')
