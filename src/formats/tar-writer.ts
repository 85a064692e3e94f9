/** What is to be put into a tar archive. Times are in whole seconds since 1970. */
export interface TarFile {
  readonly path: string
  /** @default a file, or a directory for a path that ends with a slash */
  readonly type?: TarType | undefined
  /** Of a file. @default nothing */
  readonly content?: Uint8Array | undefined
  /** Of a link: where it leads. */
  readonly target?: string | undefined
  /** @default 0644, and 0755 for directories */
  readonly mode?: number | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly mtime?: number | undefined
}

/** What an entry of a tar archive is. */
export type TarType = 'file' | 'link' | 'symlink' | 'directory'

export const blockSize = 512
/** POSIX.1-2017 "pax", typeflag. */
export const typeFlags: Readonly<Record<TarType, string>> = { file: '0', link: '1', symlink: '2', directory: '5' }

/**
 * A tar archive: ustar (POSIX.1-2017 "pax"), with extended headers where a name is too long for it or not ASCII, or a
 * number too large. Entries stand in the order in which they are given.
 * @throws RangeError for a number that is none.
 */
export function writeTar(files: readonly TarFile[]): Buffer {
  const parts: Buffer[] = []
  for (const file of files) addFile(parts, file)
  parts.push(zeros)
  return Buffer.concat(parts)
}

/** What stands in front of a file's bytes in an archive, for whoever has them from elsewhere. */
export function tarHeader(path: string, size: number): Buffer {
  const parts: Buffer[] = []
  addHeaders(parts, { path }, size)
  return Buffer.concat(parts)
}

/** What fills up the last block behind a file's bytes. */
export const tarPadding = (size: number): Buffer => zeros.subarray(0, (blockSize - (size % blockSize)) % blockSize)

/** What ends an archive. */
export const tarEnd = (): Buffer => zeros

function addFile(parts: Buffer[], file: TarFile): void {
  const { content = nothing } = file
  const isFile = (file.type ?? (file.path.endsWith('/') ? 'directory' : 'file')) === 'file'
  addHeaders(parts, file, isFile ? content.length : 0)
  if (isFile && content.length > 0) addContent(parts, content)
}

function addHeaders(parts: Buffer[], file: TarFile, size: number): void {
  const { path, target = '', uid = 0, gid = 0, mtime = 0 } = file
  const type = file.type ?? (path.endsWith('/') ? 'directory' : 'file')
  const split = splitName(path)
  const extended = [
    ...(split ? [] : [record('path', path)]),
    ...(fits(target, 100) ? [] : [record('linkpath', target)]),
    ...[
      { key: 'uid', value: uid, most: octal7 },
      { key: 'gid', value: gid, most: octal7 },
      { key: 'size', value: size, most: octal11 },
      { key: 'mtime', value: mtime, most: octal11 },
    ].flatMap(({ key, value, most }) => (whole(key, value) > most ? [record(key, String(value))] : [])),
  ]
  if (extended.length > 0) {
    const records = Buffer.concat(extended)
    addHeader(parts, { name: 'PaxHeaders/0', flag: 'x', mode: 0o644, size: records.length })
    addContent(parts, records)
  }
  const { name, prefix } = split ?? { name: 'long', prefix: '' }
  const flag = typeFlags[type]
  const mode = file.mode ?? (type === 'directory' ? 0o755 : 0o644)
  const link = fits(target, 100) ? target : 'long'
  addHeader(parts, { name, prefix, flag, mode, size, link, uid, gid, mtime })
}

const nothing = new Uint8Array()
// What ends an archive, and what fills up a block.
const zeros = Buffer.alloc(2 * blockSize)
const octal7 = 0o777_7777
const octal11 = 0o777_7777_7777

function whole(key: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new RangeError(`${key} must be a whole number, and is ${value}`)
}

interface Header {
  readonly name: string
  readonly prefix?: string
  readonly flag: string
  readonly mode: number
  readonly size: number
  readonly link?: string
  readonly uid?: number
  readonly gid?: number
  readonly mtime?: number
}

function addHeader(parts: Buffer[], header: Header): void {
  const { name, prefix = '', flag, mode, size, link = '', uid = 0, gid = 0, mtime = 0 } = header
  const block = Buffer.alloc(blockSize)
  block.write(name, 0, 'latin1')
  writeOctal(block, mode & 0o7777, 100, 8)
  writeOctal(block, uid > octal7 ? 0 : uid, 108, 8)
  writeOctal(block, gid > octal7 ? 0 : gid, 116, 8)
  writeOctal(block, size > octal11 ? 0 : size, 124, 12)
  writeOctal(block, mtime > octal11 ? 0 : mtime, 136, 12)
  // The checksum is made as if its own field were spaces.
  block.write('        ', 148, 'latin1')
  block.write(flag, 156, 'latin1')
  block.write(link, 157, 'latin1')
  block.write('ustar\u000000', 257, 'latin1')
  block.write(prefix, 345, 'latin1')
  let sum = 0
  for (const byte of block) sum += byte
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  parts.push(block)
}

const writeOctal = (block: Buffer, value: number, at: number, length: number): void =>
  void block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1')

function addContent(parts: Buffer[], content: Uint8Array): void {
  parts.push(Buffer.from(content.buffer, content.byteOffset, content.byteLength))
  parts.push(tarPadding(content.length))
}

/** A name in the two fields of a header, or undefined when it does not fit. */
function splitName(path: string): { name: string; prefix: string } | undefined {
  if (fits(path, 100)) return { name: path, prefix: '' }
  if (!fits(path, 256)) return undefined
  // The last slash that leaves enough in front: neither part may be empty.
  const slash = path.lastIndexOf('/', Math.min(155, path.length - 2))
  if (slash < 1 || path.length - slash - 1 > 100) return undefined
  return { name: path.slice(slash + 1), prefix: path.slice(0, slash) }
}

// oxlint-disable-next-line no-control-regex
const fits = (text: string, length: number): boolean => text.length <= length && /^[\u0001-\u007f]*$/.test(text)

/** `LENGTH KEY=VALUE\n`, whose length counts its own digits. */
function record(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  length = rest + String(length).length
  return Buffer.from(`${length} ${key}=${value}\n`)
}
