import { JsonNumber, JsonObject, toPlain, type JsonValue } from '../formats/json.js'
import { goJson, goMap } from './go-json.js'
import { DuplicateName, readJson } from './read-json.js'
import { reading } from './reading.js'
import { CosignError, type Strictness } from './verdict.js'

/** What a simple signing payload has as its `critical.type`. */
export const payloadType = 'cosign container image signature'

/** What a simple signing payload claims. */
export interface Payload {
  /** `critical.identity.docker-reference` */
  readonly reference: string
  /** `critical.image.docker-manifest-digest` */
  readonly digest: string
  /** `critical.type` */
  readonly type: string
  /** `optional`: what `cosign sign -a` says, and podman who made it and when. */
  readonly optional: Readonly<Record<string, unknown>>
}

/**
 * The bytes of a simple signing payload as cosign writes them: on one line, in Go's way of JSON, `optional` null when there
 * are no annotations, else in the order of its names.
 */
export function writePayload(
  claim: Pick<Payload, 'reference' | 'digest'>,
  annotations: Readonly<Record<string, string>> = {},
): Buffer {
  const critical = {
    identity: { 'docker-reference': claim.reference },
    image: { 'docker-manifest-digest': claim.digest },
    type: payloadType,
  }
  const optional = Object.keys(annotations).length > 0 ? goMap(annotations) : null
  return Buffer.from(goJson({ critical, optional }))
}

/**
 * Reads a payload. `strict`: the members that containers/image wants and no others, each once, the type right, the digest
 * one; `cosign`: what its Go structs take, where what is missing is empty, and the type is not looked at.
 * @throws CosignError PAYLOAD_JSON, PAYLOAD_DUP_KEY, PAYLOAD_TYPE, or DIGEST_MISMATCH for what is no digest.
 */
export function readPayload(bytes: Uint8Array, strictness: Strictness): Payload {
  return reading('PAYLOAD_JSON', 'the payload', () => {
    try {
      return strictness === 'strict' ? readStrictly(bytes) : readAsCosign(bytes)
    } catch (error) {
      throw error instanceof DuplicateName ? new CosignError('PAYLOAD_DUP_KEY', error.message) : error
    }
  })
}

const critical = {
  members: {
    identity: { members: { 'docker-reference': 'string' } },
    image: { members: { 'docker-manifest-digest': 'string' } },
    type: 'string',
  },
} as const

function readAsCosign(bytes: Uint8Array): Payload {
  const read = readJson(bytes, { members: { critical, optional: { map: 'any' } } }, 'go')
  return {
    reference: read?.critical?.identity?.['docker-reference'] ?? '',
    digest: read?.critical?.image?.['docker-manifest-digest'] ?? '',
    type: read?.critical?.type ?? '',
    optional: Object.fromEntries(Array.from(read?.optional ?? [], ([name, value]) => [name, toPlain(value)])),
  }
}

function readStrictly(bytes: Uint8Array): Payload {
  // An `optional` of null is what cosign writes without annotations.
  const read = readJson(bytes, { members: { critical, optional: 'any' } }, 'closed')
  const reference = read?.critical?.identity?.['docker-reference']
  const digest = read?.critical?.image?.['docker-manifest-digest']
  const type = read?.critical?.type
  if (reference === undefined || digest === undefined || type === undefined || read?.optional === undefined) {
    throw new CosignError('PAYLOAD_JSON', 'the payload has not all its members: identity, image, type and optional')
  }
  if (type !== payloadType) {
    throw new CosignError('PAYLOAD_TYPE', `the payload's type is ${JSON.stringify(type)}, not "${payloadType}"`)
  }
  if (!/^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/.test(digest)) {
    throw new CosignError('DIGEST_MISMATCH', `the payload's digest is none: ${JSON.stringify(digest)}`)
  }
  return { reference, digest, type, optional: optionalOf(read.optional) }
}

function optionalOf(optional: JsonValue): Readonly<Record<string, unknown>> {
  if (optional === null) return {}
  if (!(optional instanceof JsonObject)) {
    throw new CosignError('PAYLOAD_JSON', "the payload's optional is neither null nor an object")
  }
  for (const { name, value } of optional.members) {
    if (name === 'creator' && typeof value !== 'string') {
      throw new CosignError('PAYLOAD_JSON', "the payload's creator is no text")
    }
    if (name === 'timestamp' && !(value instanceof JsonNumber && Number.isInteger(Number(value.text)))) {
      throw new CosignError('PAYLOAD_JSON', "the payload's timestamp is no integer")
    }
  }
  return toPlain(optional) as Readonly<Record<string, unknown>>
}
