import { importPrivateKey, readPrivateKey, type SigningKey } from '../../src/cosign/keys/private-key.js'
import { tagOfDigest } from '../../src/cosign/media-types.js'
import { attest, signImage } from '../../src/cosign/sign.js'
import type { Signed } from '../../src/cosign/written.js'
import { isPem, pemText } from '../pem.js'
import { describeManifest, type Made } from './make/made.js'
import type { Attachment, SignerOptions } from './signed.js'
import type { PutManifest } from './target.js'

/** What signatures of one seed have in common. */
export interface SignerPlace {
  /** The private key of whatever is signed without one of its own, in PEM. */
  readonly key: string
  readonly created: string
  /** Host and port of the registry. */
  readonly host: string
}

/** Makes signatures and attestations, the same each time. */
export class Signer {
  readonly #place: SignerPlace
  // Reading a key takes longer than signing.
  readonly #keys = new Map<string, SigningKey>()

  constructor(place: SignerPlace) {
    this.#place = place
  }

  /** Reads what something is to be signed with. @throws Error for a key that cannot be read. */
  check({ options }: Attachment): void {
    this.#keyFor(options)
  }

  /**
   * Signs or attests something.
   * @param find Finds what is behind a tag now.
   * @throws Error for a key that cannot be read.
   */
  async sign(
    repository: string,
    made: Made,
    { type, options }: Attachment,
    find: (tag: string) => Promise<PutManifest | undefined>,
  ): Promise<Signed> {
    const { host, created } = this.#place
    const { form = 'tag', certificate, reference = `${host}/${repository}` } = options
    const { digest } = made
    const about = {
      digest,
      reference,
      key: this.#keyFor(options),
      certificate,
      at: new Date(created),
      nonce: 'rfc6979',
    } as const
    const subject = describeManifest(made)
    if (type === 'attestation') {
      const { predicate, type: predicateType } = options
      if (form === 'bundle') return attest({ ...about, predicate, predicateType, form, subject })
      return attest({ ...about, predicate, predicateType, existing: await find(tagOfDigest(digest, '.att')) })
    }
    const { annotations } = options
    if (form === 'tag') return signImage({ ...about, annotations, existing: await find(tagOfDigest(digest, '.sig')) })
    return signImage({ ...about, annotations, form: form === 'bundle' ? 'bundle' : 'oci-1-1', subject })
  }

  #keyFor({ key = this.#place.key, password }: SignerOptions): SigningKey {
    if (typeof key !== 'string') return 'privateKey' in key ? key.privateKey : key
    const known = this.#keys.get(key)
    if (known) return known
    const pem = isPem(key) ? key : pemText('key', key)
    const read = password === undefined ? importPrivateKey(pem) : readPrivateKey(pem, password)
    this.#keys.set(key, read)
    return read
  }
}
