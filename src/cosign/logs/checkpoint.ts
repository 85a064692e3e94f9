import { createHash } from 'node:crypto'
import { decodeBase64 } from '../../formats/base64.js'
import { FormatError } from '../../formats/format-error.js'
import { wholeBytesOf } from '../../formats/der-values.js'
import { readDer } from '../../formats/der-reader.js'
import { reading } from '../reading.js'
import { CosignError } from '../verdict.js'
import { isLogSignature, spkiHash, type TransparencyLog } from './transparency-log.js'

/** What a log says of itself at one moment: a signed note (C2SP's tlog-checkpoint and signed-note). */
export interface Checkpoint {
  readonly origin: string
  readonly size: bigint
  readonly rootHash: Uint8Array
  /** What is signed, with its line end. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  /** Four bytes that tell which key it may be of. */
  readonly hint: Uint8Array
  readonly signature: Uint8Array
}

const longest = 64 << 10
const mostSignatures = 64

/** Reads a checkpoint; nothing of it is verified. @throws CosignError TLOG_PARSE */
export const readCheckpoint = (note: string): Checkpoint =>
  reading('TLOG_PARSE', 'the checkpoint', () => {
    const split = note.lastIndexOf('\n\n')
    if (split < 0 || note.length > longest || !note.endsWith('\n')) throw new FormatError('it is not a signed note', 0)
    const text = note.slice(0, split + 1)
    const lines = note.slice(split + 2, -1).split('\n')
    if (lines.length > mostSignatures) throw new FormatError(`it has more than ${mostSignatures} signatures`, split)
    const [origin = '', size = '', root = ''] = text.split('\n')
    const rootHash = decodeBase64(root, 'strict')
    if (origin === '' || !/^(?:0|[1-9]\d{0,18})$/.test(size) || rootHash.length !== 32) {
      throw new FormatError('it has not an origin, a size and a root', 0)
    }
    return { origin, size: BigInt(size), rootHash, text, signatures: lines.map(signatureOf) }
  })

function signatureOf(line: string): NoteSignature {
  const [, name = '', base64 = ''] = /^\u2014 (\S+) (\S+)$/u.exec(line) ?? []
  const bytes = decodeBase64(base64, 'strict')
  if (name === '' || bytes.length < 5) throw new FormatError('a line is not a signature', 0)
  return { name, hint: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

/** Rekor v1 writes the number of its tree after its name, and by that its checkpoints are known. */
export const isOfRekorV1 = ({ origin }: Checkpoint): boolean => /^.* - \d+$/.test(origin)

/**
 * Holds a Rekor v1 checkpoint's signatures against the log's key: each of them, as Rekor's own client does.
 * @throws CosignError CHECKPOINT_SIG
 */
export function verifyCheckpointV1(checkpoint: Checkpoint, log: TransparencyLog): void {
  const hint = spkiHash(log.spki).subarray(0, 4)
  const bytes = Buffer.from(checkpoint.text)
  if (checkpoint.signatures.some((one) => !hint.equals(one.hint) || !isLogSignature(log, bytes, one.signature))) {
    throw new CosignError('CHECKPOINT_SIG', 'the checkpoint has a signature that is not of the log')
  }
}

/**
 * Holds a Rekor v2 checkpoint against the log: it is named after the log's host, and signed by its key under that name;
 * signatures of others, witnesses, are passed over.
 * @throws CosignError CHECKPOINT_SIG
 */
export function verifyCheckpointV2(checkpoint: Checkpoint, log: TransparencyLog): void {
  const host = log.baseUrl !== undefined && URL.canParse(log.baseUrl) ? new URL(log.baseUrl).hostname : undefined
  if (host === undefined || checkpoint.origin !== host) {
    const wanted = host ?? 'a log whose base URL is known'
    throw new CosignError(
      'CHECKPOINT_SIG',
      `the checkpoint is of ${JSON.stringify(checkpoint.origin)}, not of ${wanted}`,
    )
  }
  const hint = noteKeyId(log, host)
  const own = checkpoint.signatures.filter((one) => one.name === host && hint.equals(one.hint))
  const bytes = Buffer.from(checkpoint.text)
  if (own.length === 0 || !own.every(({ signature }) => isLogSignature(log, bytes, signature))) {
    throw new CosignError('CHECKPOINT_SIG', 'the checkpoint has no valid signature of the log')
  }
}

/**
 * A key's identifier in signed notes (C2SP's signed-note; for ECDSA and RSA as Rekor has them): four bytes.
 * @param name What the key signs as.
 */
export function noteKeyId({ key, spki }: Pick<TransparencyLog, 'key' | 'spki'>, name: string): Buffer {
  const named = (...parts: readonly Uint8Array[]): Buffer =>
    createHash('sha256')
      .update(Buffer.concat([Buffer.from(`${name}\n`), ...parts]))
      .digest()
      .subarray(0, 4)
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return named(Uint8Array.of(1), wholeBytesOf(readDer(spki).children[1]))
    case 'rsa':
      return named(Uint8Array.of(255), Buffer.from('PKIX-RSA-PKCS#1v1.5'), spki)
    default:
      return spkiHash(spki).subarray(0, 4)
  }
}
