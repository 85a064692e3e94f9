import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCertificate, type Certificate } from '../../src/cosign/x509/certificate.js'
import { commonName, extensions, spkiOf, writeCertificate } from '../../src/formats/certificate-writer.js'
import { implicit } from '../../src/formats/der.js'
import { readPem } from '../../src/formats/pem.js'

export interface Keys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export const newKeys = (namedCurve = 'P-256'): Keys => generateKeyPairSync('ec', { namedCurve })

/** A certificate with its keys, to sign others with. */
export interface Issued {
  readonly certificate: Certificate
  readonly keys: Keys
}

export interface IssueOptions {
  /** Self-signed without one. */
  readonly by?: Issued
  readonly name?: string
  readonly extensions?: readonly Uint8Array[]
  readonly keys?: Keys
  readonly notBefore?: number
  readonly notAfter?: number
  readonly serial?: Uint8Array
}

/** 2026-01-01, the noon of all tests here. */
export const noon: number = Date.UTC(2026, 0, 1, 12)
export const minutes = (count: number): number => count * 60_000
export const codeSigning = '1.3.6.1.5.5.7.3.3'
export const timeStamping = '1.3.6.1.5.5.7.3.8'

export const caExtensions = (pathLength?: number): Buffer[] => [
  extensions.ca(pathLength),
  extensions.signsCertificates(),
]

export const email = (address: string): Buffer => implicit(1, Buffer.from(address))
export const uri = (text: string): Buffer => implicit(6, Buffer.from(text))
export const dns = (host: string): Buffer => implicit(2, Buffer.from(host))

export const leafExtensions = (names: readonly Uint8Array[] = [email('alice@example.com')]): Buffer[] => [
  extensions.signsData(),
  extensions.usages([codeSigning]),
  extensions.subjectAltNames(names, true),
]

/** Makes a certificate of any kind, right or wrong, with our own writer. A CA by default. */
export function issue({ by, name = 'CA', keys = newKeys(), ...rest }: IssueOptions = {}): Issued {
  const subject = commonName(name)
  const der = writeCertificate(
    {
      issuer: by?.certificate.subjectName ?? subject,
      subject,
      notBefore: new Date(rest.notBefore ?? noon - minutes(60)),
      notAfter: new Date(rest.notAfter ?? noon + minutes(60)),
      spki: spkiOf(keys.publicKey),
      extensions: rest.extensions ?? caExtensions(),
      ...(rest.serial ? { serial: rest.serial } : {}),
    },
    (by?.keys ?? keys).privateKey,
  )
  return { certificate: parseCertificate(der), keys }
}

/** What openssl made: DER, and the file that its key is in. */
export interface OpensslCertificate {
  readonly der: Uint8Array
  readonly file: string
  readonly keyFile: string
}

export interface OpensslOptions {
  readonly by?: OpensslCertificate
  readonly subject: string
  /** Arguments of `openssl genpkey`. */
  readonly key?: readonly string[]
  /** Lines of openssl's x509v3_config. */
  readonly extensions: readonly string[]
  /** More arguments for the command that signs. */
  readonly signing?: readonly string[]
}

const p256 = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']

/** Makes a certificate, valid for thirty days from now, with openssl alone. */
export function opensslCertificate(folder: string, name: string, options: OpensslOptions): OpensslCertificate {
  const file = (ending: string): string => join(folder, `${name}.${ending}`)
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  openssl('genpkey', ...(options.key ?? p256), '-out', file('key'))
  openssl('req', '-new', '-key', file('key'), '-subj', options.subject, '-out', file('csr'))
  writeFileSync(file('ext'), options.extensions.join('\n'))
  const signer = options.by
    ? ['-CA', options.by.file, '-CAkey', options.by.keyFile, '-CAcreateserial']
    : ['-signkey', file('key')]
  const request = ['x509', '-req', '-in', file('csr'), '-days', '30', '-extfile', file('ext'), '-out', file('crt')]
  openssl(...request, ...signer, ...(options.signing ?? []))
  const [block] = readPem(readFileSync(file('crt'), 'utf8'))
  if (!block) throw new Error('openssl made no certificate')
  return { der: block.der, file: file('crt'), keyFile: file('key') }
}
