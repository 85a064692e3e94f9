import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Directory } from './directory.js'

// Base64 of a nonce of 12 bytes, a tag of 16, and the text: AES-256-GCM, so that what was not made here does not open.
const nonceBytes = 12
const tagBytes = 16

/** A password that shows nothing of itself and logs in all the same: for files that lie about. */
export function encryptPassword(directory: Directory, password: string): string {
  const nonce = directory.random(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', directory.key, nonce)
  const text = Buffer.concat([cipher.update(password, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64')
}

/** The password in an encrypted one; undefined for text that was not made by `encryptPassword`. */
export function decryptPassword(directory: Directory, text: string): string | undefined {
  if (!/^[A-Za-z0-9+/]{38,}={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', directory.key, bytes.subarray(0, nonceBytes))
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
  try {
    const rest = bytes.subarray(nonceBytes + tagBytes)
    return Buffer.concat([decipher.update(rest), decipher.final()]).toString('utf8')
  } catch {
    // The tag is another's: it is an ordinary password.
    return undefined
  }
}
