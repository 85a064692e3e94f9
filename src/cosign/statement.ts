import { JsonObject, toPlain } from '../formats/json.js'
import { readJson, type Read } from './read-json.js'
import { reading } from './reading.js'
import { CosignError, type Strictness } from './verdict.js'

/** Types of in-toto statements: cosign attests with the old one, and signs with the new one. */
export const statementTypes = {
  v0: 'https://in-toto.io/Statement/v0.1',
  v1: 'https://in-toto.io/Statement/v1',
} as const

/** What somebody states about subjects (in-toto attestation framework, "Statement"). */
export interface Statement {
  readonly type: string
  readonly predicateType: string
  readonly subjects: readonly Subject[]
  readonly predicate: unknown
}

export interface Subject {
  readonly name: string
  /** By algorithm, in hex: `sha256`. */
  readonly digests: ReadonlyMap<string, string>
  readonly annotations: Readonly<Record<string, unknown>>
}

// As sigstore-go has them.
const [mostSubjects, mostDigests] = [1024, 32]

/**
 * Reads a statement. Both strictnesses refuse members that statements have not, and members that stand twice, as the JSON of
 * protocol buffers does; `strict` wants a type that is known. A predicate is an object: of others cosign 3 does not know the type.
 * @throws CosignError STATEMENT for what is none, STATEMENT_SUBJECT for too many subjects or digests.
 */
export function readStatement(bytes: Uint8Array, strictness: Strictness): Statement {
  const dialect = strictness === 'strict' ? 'closed' : 'proto'
  const read = reading('STATEMENT', 'the statement', () => readJson(bytes, shape, dialect))
  const subjects = read?.subject ?? []
  if (subjects.length > mostSubjects) {
    throw new CosignError(
      'STATEMENT_SUBJECT',
      `the statement has ${subjects.length} subjects: ${mostSubjects} are read`,
    )
  }
  const type = read?.['_type'] ?? ''
  if (strictness === 'strict' && !(Object.values(statementTypes) as string[]).includes(type)) {
    throw new CosignError('STATEMENT', `the statement's type is ${JSON.stringify(type)}, which is not known`)
  }
  if (read?.predicate !== undefined && !(read.predicate instanceof JsonObject)) {
    throw new CosignError('STATEMENT', "the statement's predicate is no object")
  }
  return {
    type,
    predicateType: read?.predicateType ?? '',
    subjects: subjects.map(subjectOf),
    predicate: read?.predicate === undefined ? undefined : toPlain(read.predicate),
  }
}

/** The subject with this digest. @throws CosignError STATEMENT_SUBJECT when there is none. */
export function subjectWith({ subjects }: Statement, digest: string): Subject {
  const colon = digest.indexOf(':')
  const found = subjects.find(({ digests }) => digests.get(digest.slice(0, colon)) === digest.slice(colon + 1))
  if (found) return found
  throw new CosignError('STATEMENT_SUBJECT', `no subject of the statement has the digest ${digest}`)
}

function subjectOf(subject: Read<typeof subjectShape>): Subject {
  const digests = subject.digest ?? new Map<string, string>()
  if (digests.size > mostDigests) {
    throw new CosignError('STATEMENT_SUBJECT', `a subject has ${digests.size} digests: ${mostDigests} are read`)
  }
  for (const [algorithm, hex] of digests) {
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(hex)) {
      throw new CosignError('STATEMENT_SUBJECT', `a subject's ${algorithm} is no hex: ${JSON.stringify(hex)}`)
    }
  }
  const annotations = Array.from(subject.annotations ?? [], ([name, value]) => [name, toPlain(value)] as const)
  return { name: subject.name ?? '', digests, annotations: Object.fromEntries(annotations) }
}

const subjectShape = {
  members: {
    name: 'string',
    uri: 'string',
    digest: { map: 'string' },
    content: 'bytes',
    downloadLocation: 'string',
    mediaType: 'string',
    annotations: { map: 'any' },
  },
} as const

const shape = {
  members: { _type: 'string', subject: { list: subjectShape }, predicateType: 'string', predicate: 'any' },
} as const
