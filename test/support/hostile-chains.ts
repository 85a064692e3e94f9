import type { Code } from 'start-registry/cosign'
import { extension, extensions } from '../../src/formats/certificate-writer.js'
import { boolean, explicit, oid, sequence, utf8String } from '../../src/formats/der.js'
import {
  caExtensions,
  email,
  issue,
  leafExtensions,
  minutes,
  newKeys,
  timeStamping,
  type Issued,
  type IssueOptions,
} from './pki.js'

/** A signer's certificates, and what becomes of a signature by them. */
export interface ChainCase {
  readonly name: string
  readonly parts: { readonly root?: IssueOptions; readonly intermediate?: IssueOptions; readonly leaf?: IssueOptions }
  readonly strict: Code | 'accepted'
  readonly cosign: Code | 'accepted'
  /** Where a version of the real one ends otherwise. */
  readonly real?: Readonly<Record<string, number>>
}

export interface Chain {
  readonly root: Issued
  readonly intermediate: Issued
  readonly leaf: Issued
}

export const chainIssuer = 'https://issuer.example'
const raw = extension(oid('1.3.6.1.4.1.57264.1.1'), false, Buffer.from(chainIssuer))
const utf8 = extension(oid('1.3.6.1.4.1.57264.1.8'), false, utf8String(chainIssuer))
const leafParts = [...leafExtensions(), raw, utf8]

/** Makes the chain of a case, valid an hour before and after a time but for what the case says. */
export function chainOf({ parts }: ChainCase, now: number): Chain {
  const valid = { notBefore: now - minutes(60), notAfter: now + minutes(60) }
  const root = issue({ name: 'root', ...valid, ...parts.root })
  const intermediate = issue({ name: 'intermediate', by: root, ...valid, ...parts.intermediate })
  return {
    root,
    intermediate,
    leaf: issue({ name: '', by: intermediate, extensions: leafParts, ...valid, ...parts.leaf }),
  }
}

const strange = extension(oid('1.2.3.4'), true, boolean(true))
const constrained = (host: string): Buffer =>
  extension(oid('2.5.29.30'), true, sequence(explicit(0, sequence(email(host)))))
const usage = (...usages: string[]): Buffer => extensions.usages(usages)
const serverAuth = '1.3.6.1.5.5.7.3.1'
const named = extensions.subjectAltNames([email('alice@example.com')], true)

// GHSA-wfqv-66vq-46rm, which cosign 3.0.5 ended: before, the leaf's validity alone was looked at.
const leafAlone = { '2.6.5': 0 }

/** @param now Of those whose certificates have expired. */
export const chainCases = (now: number): readonly ChainCase[] => {
  const past = { notAfter: now - minutes(1) }
  const ca = (...more: Buffer[]): IssueOptions => ({ extensions: [...caExtensions(), ...more] })
  const refused = (name: string, parts: ChainCase['parts'], code: Code = 'CERT_CHAIN'): ChainCase => {
    return { name, parts, strict: code, cosign: code }
  }
  return [
    { name: 'a good chain', parts: {}, strict: 'accepted', cosign: 'accepted' },
    {
      name: 'a leaf on P-384',
      parts: { leaf: { keys: newKeys('P-384') } },
      strict: 'accepted',
      cosign: 'accepted',
      // They sign with SHA-384 and verify with SHA-256.
      real: { '2.6.5': 12, '3.1.3': 12 },
    },
    {
      name: 'a leaf that names no usage',
      parts: { leaf: { extensions: [extensions.signsData(), named, raw, utf8] } },
      strict: 'CERT_EKU',
      cosign: 'accepted',
    },
    {
      name: 'the newer issuer alone',
      parts: { leaf: { extensions: [...leafExtensions(), utf8] } },
      strict: 'accepted',
      cosign: 'ISSUER_MISMATCH',
    },
    {
      name: 'a CA for code signing',
      parts: { intermediate: ca(usage('1.3.6.1.5.5.7.3.3')) },
      strict: 'accepted',
      cosign: 'accepted',
    },
    {
      name: 'a CA of this domain',
      parts: { intermediate: ca(constrained('example.com')) },
      strict: 'accepted',
      cosign: 'accepted',
    },
    refused('a CA of another domain', { intermediate: ca(constrained('example.org')) }),
    refused('a CA for timestamps', { intermediate: ca(usage(timeStamping)) }, 'CERT_EKU'),
    refused('a leaf for servers', { leaf: { extensions: [usage(serverAuth), named, raw] } }, 'CERT_EKU'),
    refused('a leaf that has expired', { leaf: past }, 'CERT_EXPIRED_AT'),
    refused('a leaf of tomorrow', { leaf: { notBefore: now + minutes(30) } }, 'CERT_EXPIRED_AT'),
    { ...refused('an intermediate that has expired', { intermediate: past }, 'CERT_EXPIRED_AT'), real: leafAlone },
    { ...refused('a root that has expired', { root: past }, 'CERT_EXPIRED_AT'), real: leafAlone },
    refused('an intermediate that is no CA', { intermediate: { extensions: [extensions.notCa()] } }),
    refused('an intermediate that may not sign', {
      intermediate: { extensions: [extensions.ca(), extensions.signsData()] },
    }),
    refused('a path that is too long', { root: { extensions: caExtensions(0) } }),
    refused('something critical in a CA', { intermediate: ca(strange) }),
    refused('something critical in the leaf', { leaf: { extensions: [...leafParts, strange] } }),
    refused('a leaf of another root', { leaf: { by: issue({ name: 'intermediate' }) } }),
    refused(
      'another name',
      { leaf: { extensions: [...leafExtensions([email('bob@example.com')]), raw] } },
      'SAN_MISMATCH',
    ),
    refused('no name', { leaf: { extensions: [usage('1.3.6.1.5.5.7.3.3'), raw] } }, 'SAN_MISMATCH'),
    refused('no issuer', { leaf: { extensions: leafExtensions() } }, 'ISSUER_MISMATCH'),
  ]
}
