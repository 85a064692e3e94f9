/** What was signed, and the signature of it: what entries of a log are held against. */
export type SignedContent = SignedMessage | SignedEnvelope

export interface SignedMessage {
  readonly kind: 'message'
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

export interface SignedEnvelope {
  readonly kind: 'envelope'
  readonly payloadType: string
  readonly payload: Uint8Array
  /** The envelope as it is stored, when it is stored as one: a bundle only has its parts. */
  readonly bytes?: Uint8Array | undefined
  readonly signature: Uint8Array
}

/** With what it was signed: a key, or the certificate that has it. */
export interface SignedBy {
  /** SubjectPublicKeyInfo, as DER. */
  readonly spki: Uint8Array
  /** DER. */
  readonly certificate?: Uint8Array | undefined
}
