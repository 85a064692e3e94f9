import type { Desk } from '../scenario.js'

/** Whom the leaf certificates are for, and who is said to have vouched for them. */
export const subject = 'alice@example.com'
export const issuer = 'https://issuer.example'

/** Where openssl runs. */
export type Bench = Pick<Desk, 'sh' | 'write' | 'read'>

/** Of which kind a certificate is: a section of the configuration. */
type Kind = 'ca' | 'leaf'

const hexOf = (text: string): string => Buffer.from(text).toString('hex')

// Of the two names of the issuer cosign reads the first beside a tag, and sigstore's library the second of a bundle
// (fulcio's docs/oid-info.md).
const configuration = `[req]
distinguished_name = name

[name]

[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash

[leaf]
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
subjectAltName = email:${subject}
1.3.6.1.4.1.57264.1.1 = DER:${hexOf(issuer)}
1.3.6.1.4.1.57264.1.8 = ASN1:UTF8String:${issuer}

[authority]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = names
unique_subject = no

[names]
commonName = supplied
`

const p256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
const name = (text: string): readonly string[] => ['-keyout', `${text}.key`, '-subj', `/CN=${text}`]

/** From when until when a certificate is valid, in days from now. */
export type Days = readonly [from: number, to: number]

/** Makes a CA that nobody has signed but itself: NAME.key and NAME.crt. @param days Default: thirty days from now. */
export async function makeRoot(bench: Bench, text: string, days?: Days): Promise<void> {
  if (days) {
    await request(bench, text)
    await issueThen(bench, text, { by: text, as: 'ca', days })
    return
  }
  await bench.sh`openssl req -config pki.cnf -x509 ${p256} ${name(text)} -extensions ca -days 30 -out ${text}.crt`
}

/** Makes a key and a request for a certificate of it: NAME.key and NAME.csr. */
export async function request({ sh }: Bench, text: string): Promise<void> {
  await sh`openssl req -config pki.cnf ${p256} ${name(text)} -out ${text}.csr`
}

export interface Issue {
  /** The certificate that signs: root for root.crt and root.key. */
  readonly by: string
  readonly as: Kind
  /** The file that the certificate goes into, without `.crt`. @default the request's */
  readonly out?: string
  /** The file of a public key that it is for. @default the one that asks for it */
  readonly publicKey?: string
  /** @default thirty days from now */
  readonly days?: Days | undefined
}

/** Signs a request. */
export async function issue(bench: Bench, text: string, options: Issue): Promise<void> {
  const { by, as, out = text, publicKey, days } = options
  if (days) return issueThen(bench, text, { by, as, out, days })
  const files = ['-in', `${text}.csr`, '-out', `${out}.crt`, '-extfile', 'pki.cnf', '-extensions', as]
  const key = publicKey === undefined ? [] : ['-force_pubkey', publicKey]
  const ca = ['-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial']
  await bench.sh`openssl x509 -req ${files} ${key} ${ca} -days 30`
}

// `openssl x509` gives no other beginning than now.
async function issueThen(
  { sh, write }: Bench,
  text: string,
  { by, as, out = text, days }: Issue & { readonly days: Days },
): Promise<void> {
  write('index.txt', '')
  const [from, to] = days.map(timeIn) as [string, string]
  const files = ['-in', `${text}.csr`, '-out', `${out}.crt`, '-extensions', as, '-startdate', from, '-enddate', to]
  const ca = ['-keyfile', `${by}.key`, ...(by === text ? ['-selfsign'] : ['-cert', `${by}.crt`])]
  await sh`openssl ca -config pki.cnf -name authority -batch -notext ${files} ${ca}`
}

// As ASN.1 has it: 20260102030405Z.
const timeIn = (days: number): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`

/**
 * Makes a private PKI: root and intermediate, and leaf, a code signing certificate of the subject's; each with its key.
 * chain.pem has the way from the leaf up, and leaf.pub the leaf's public key.
 * @param days Of all three. @default thirty days from now
 */
export async function makePki(bench: Bench, days?: Days): Promise<void> {
  bench.write('pki.cnf', configuration)
  await makeRoot(bench, 'root', days)
  await request(bench, 'intermediate')
  await issue(bench, 'intermediate', { by: 'root', as: 'ca', days })
  await request(bench, 'leaf')
  await issue(bench, 'leaf', { by: 'intermediate', as: 'leaf', days })
  putTogether(bench, 'chain.pem', 'intermediate', 'root')
  const { stdout } = await bench.sh`openssl x509 -in leaf.crt -noout -pubkey`
  bench.write('leaf.pub', `${stdout}\n`)
}

/** Writes certificates into one file, those that sign behind those that they have signed. */
export function putTogether({ read, write }: Bench, file: string, ...certificates: readonly string[]): void {
  write(file, certificates.map((text) => read(`${text}.crt`).toString()).join(''))
}
