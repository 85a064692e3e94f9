import { attest } from 'start-registry/cosign'
import type { HostileCase } from './hostile-case.js'
import { other, statement, subjectOf } from './hostile-bundle-parts.js'

const manyDigests = (count: number): string => Array.from({ length: count }, (_, index) => `"x${index}":"00"`).join(',')

/** Statements in bundles, rightly signed. */
export const hostileStatements: readonly HostileCase[] = [
  {
    name: 'a statement of another image',
    put: statement((text, { digest }) => text.replace(digest.slice(7), other.slice(7))),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'the digest in upper case',
    put: statement((text, { digest }) => text.replace(digest.slice(7), digest.slice(7).toUpperCase())),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'two subjects, the last one right',
    put: statement((text) => text.replace('"subject":[', `"subject":[{"digest":{"sha256":"${other.slice(7)}"}},`)),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a subject whose digest is no hex',
    put: statement((text) => text.replace('"subject":[', '"subject":[{"digest":{"sha1":"rubbish"}},')),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'a subject that is null',
    put: statement((text) => text.replace('"subject":[', '"subject":[null,')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'no subject',
    put: statement((text) => text.replace(/"subject":\[.*?\],"pred/, '"subject":[],"pred')),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'more than 1024 subjects',
    put: statement((text) => text.replace('"subject":[', `"subject":[${'{"digest":{"sha256":"00"}},'.repeat(1024)}`)),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'more than 32 digests of a subject',
    put: statement((text) => text.replace('"digest":{', `"digest":{${manyDigests(32)},`)),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'a member that statements have not',
    put: statement((text) => text.replace('{"_type"', '{"more":1,"_type"')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'subject twice',
    put: statement((text) => text.replace('{"_type"', '{"subject":[],"_type"')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'a member in other case',
    put: statement((text) => text.replace('"subject"', '"Subject"')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'an unknown type of statement',
    put: statement((text) => text.replace('in-toto.io/Statement/v1', 'in-toto.io/Statement/v9')),
    strict: 'STATEMENT',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a predicate that is text',
    put: statement((text) => text.replace('"predicate":{}', '"predicate":"text"')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'an attestation, where a signature is wanted',
    put: (store, maker) => store.put(attest({ ...maker, predicate: 'x', form: 'bundle', subject: subjectOf(maker) })),
    strict: 'PREDICATE_TYPE',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'an annotation twice',
    put: statement((text) => text.replace('"annotations":{}', '"annotations":{"a":"2","a":"1"}')),
    annotations: { a: '1' },
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'an annotation that is a number',
    put: statement((text) => text.replace('"annotations":{}', '"annotations":{"a":1}')),
    annotations: { a: '1' },
    strict: 'ANNOTATION_MISMATCH',
    cosign: 'ANNOTATION_MISMATCH',
    exit: 1,
  },
]
