import { Readable } from 'node:stream'
import { oci } from '../src/profiles/oci.js'
import type { Call } from '../src/protocol/call.js'

/**
 * The manifest that a call pushes, which the handler then reads once more; undefined for one that is too long, which is
 * left for it to refuse.
 */
export async function readAgain(call: Call): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of call.body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > oci.manifestLimit) break
  }
  call.body = Readable.from(chunks)
  return size > oci.manifestLimit ? undefined : Buffer.concat(chunks)
}
