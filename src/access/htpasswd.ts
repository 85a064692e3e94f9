import { timingSafeEqual } from 'node:crypto'
import { passwordDigest, type HashedAccounts } from './accounts.js'

/**
 * Reads an htpasswd file (Apache's format) of bcrypt hashes, as `htpasswd -B` writes it; blank lines and those that
 * begin with `#` do not count, and of two lines for one name the last does. bcrypt is loaded when somebody logs in.
 * @throws Error that names the line that is none, or whose hash is of another kind: the others are too weak to guard
 *   anything, and registries do not take them.
 */
export function readHtpasswd(text: string): HashedAccounts {
  const hashes = new Map<string, string>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const colon = line.indexOf(':')
    if (colon < 1) throw new Error(`htpasswd line ${index + 1} is not NAME:HASH`)
    const hash = line.slice(colon + 1).trim()
    if (!/^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash)) {
      throw new Error(`htpasswd line ${index + 1} has no bcrypt hash: make it with htpasswd -B`)
    }
    hashes.set(line.slice(0, colon), hash)
  }
  // What a name that is not in the file is compared with, so that it takes as long as the others.
  const [someHash] = hashes.values()
  // A comparison takes bcrypt a tenth of a second, which nobody should pay on each request.
  const verified = new Map<string, Buffer>()
  return {
    has: (username) => hashes.has(username),
    async check(username, password) {
      const digest = passwordDigest(password)
      const known = verified.get(username)
      if (known && timingSafeEqual(known, digest)) return true
      if (someHash === undefined) return false
      const { compare } = await import('bcryptjs')
      const right = await compare(password, hashes.get(username) ?? someHash)
      if (!right || !hashes.has(username)) return false
      verified.set(username, digest)
      return true
    },
  }
}
