import type { KeyPair, SigningKey } from '../../src/cosign/keys/private-key.js'
import { checkMembers, isObject, isText, isTextMap, oneOf, type Check, type Checks } from '../checks.js'
import { isOfKind, kind } from './kinds.js'
import { isSeedable, type Seedable } from './plan.js'

/** Who signs, and what the signature says besides. */
export interface SignerOptions {
  /** A key pair, its private half, or one in PEM or the path of it; cosign's own files need the `password`. @default the seed's key */
  readonly key?: KeyPair | SigningKey | string | undefined
  readonly password?: string | undefined
  /** The key's certificate, in PEM, and those between it and its root, to stand beside the signature. */
  readonly certificate?: { readonly leaf: string; readonly chain?: string | undefined } | undefined
  /** What the signature says that it is for. @default HOST:PORT/REPOSITORY */
  readonly reference?: string | undefined
}

export interface SignedOptions extends SignerOptions {
  /**
   * Where it is put: behind a tag (cosign 1 and 2), in a manifest that refers to the image (cosign 2, experimental), or in
   * a bundle that does (cosign 3). @default 'tag'
   */
  readonly form?: 'tag' | 'referrer' | 'bundle' | undefined
  /** What `cosign sign -a` says. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

export interface AttestedOptions extends SignerOptions {
  /** Behind a tag (cosign 2), or in a bundle that refers to the image (cosign 3). @default 'tag' */
  readonly form?: 'tag' | 'bundle' | undefined
  /** What is attested: an object, or of the type custom text. */
  readonly predicate: object | string
  /** The predicate type's URI, or cosign's name of it. @default 'custom' */
  readonly type?: string | undefined
}

/** A signature or an attestation that is to be made of something. */
export type Attachment =
  | { readonly type: 'signature'; readonly options: SignedOptions }
  | { readonly type: 'attestation'; readonly options: AttestedOptions }

/** A description of something that is signed or attested. */
export interface SignedSpec {
  readonly [kind]: 'signed'
  readonly of: Seedable | string
  readonly attachment: Attachment
}

/**
 * Something with a signature of cosign's. What is signed already gets one more.
 * @param of A description, or the name of something.
 * @throws TypeError that names a wrong option and what it may be.
 */
export function signed(of: Seedable | string, options: SignedOptions = {}): SignedSpec {
  checkOf(of, 'signed')
  checkMembers(options, signedChecks, ' of signed(…)')
  return { [kind]: 'signed', of, attachment: { type: 'signature', options } }
}

/**
 * Something with an attestation of cosign's.
 * @param of A description, or the name of something.
 * @throws TypeError that names a wrong option and what it may be.
 */
export function attested(of: Seedable | string, options: AttestedOptions): SignedSpec {
  checkOf(of, 'attested')
  if (!isObject(options) || options.predicate === undefined) {
    throw new TypeError('start-registry: attested(…) needs a predicate')
  }
  checkMembers(options, attestedChecks, ' of attested(…)')
  const { predicate, type = 'custom' } = options
  if (typeof predicate === 'string' && type !== 'custom') {
    throw new TypeError(`start-registry: a predicate of the type ${type} is an object, and not text`)
  }
  return { [kind]: 'signed', of, attachment: { type: 'attestation', options } }
}

function checkOf(of: unknown, what: string): void {
  if (!isSeedable(of) && !isText(of)) {
    throw new TypeError(`start-registry: ${what}(…) takes a description such as image(…), or the name of something`)
  }
}

const isCertificate: Check = (value) => isObject(value) && typeof (value as { leaf?: unknown }).leaf === 'string'

const signer: Checks<SignerOptions> = {
  key: [(value) => isText(value) || isObject(value), 'a key pair, PEM text or a path'],
  password: [(value) => typeof value === 'string', 'text'],
  certificate: [isCertificate, '{ leaf, chain? } in PEM'],
  reference: [isText, 'text'],
}

const signedChecks: Checks<SignedOptions> = {
  ...signer,
  form: [oneOf('tag', 'referrer', 'bundle'), "'tag', 'referrer' or 'bundle'"],
  annotations: [isTextMap, 'an object of text'],
}

const attestedChecks: Checks<AttestedOptions> = {
  ...signer,
  form: [oneOf('tag', 'bundle'), "'tag' or 'bundle'"],
  predicate: [(value) => typeof value === 'string' || isObject(value), 'an object or text'],
  type: [isText, 'a URI, or a name that cosign has for one'],
}

/** What stands inside of all signatures and attestations: a description, or a name. */
export function bareOf(value: Seedable | string): Exclude<Seedable, SignedSpec> | string {
  let bare = value
  while (isOfKind(bare, 'signed')) bare = (bare as SignedSpec).of
  return bare as Exclude<Seedable, SignedSpec> | string
}
