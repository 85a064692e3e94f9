import { FormatError } from './format-error.js'

/** What stands in the header of an entry (POSIX.1-2017 "pax", ustar). */
export interface TarFields {
  readonly path: string
  readonly target: string
  readonly flag: string
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: number
}

/** Records of an extended header, by their keys. */
export type PaxRecords = Readonly<Record<string, string>>

/** Reads a header's block. @param at Where it stands, for errors. @throws FormatError */
export function fieldsOf(block: Buffer, at: number): TarFields {
  checkSum(block, at)
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(block, 345, 155) : ''
  const name = text(block, 0, 100)
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    target: text(block, 157, 100),
    flag: block.toString('latin1', 156, 157),
    size: size(block, at),
    mode: number(block, 100, 8, at) & 0o7777,
    uid: number(block, 108, 8, at),
    gid: number(block, 116, 8, at),
    mtime: number(block, 136, 12, at),
  }
}

function checkSum(block: Buffer, at: number): void {
  const said = /^ *0*([0-7]{1,7})[ \0]/.exec(block.toString('latin1', 148, 156))?.[1] ?? ''
  let sum = 0
  for (const [index, byte] of block.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte
  if (sum !== Number.parseInt(said, 8)) throw new FormatError('this is no header of a tar archive', at)
}

function size(block: Buffer, at: number): number {
  const value = number(block, 124, 12, at)
  if (value >= 0) return value
  throw new FormatError('an entry has less than no bytes', at)
}

const text = (block: Buffer, at: number, length: number): string => {
  const bytes = block.subarray(at, at + length)
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? length : end)
}

// Octal with spaces and zeros around it, or GNU's: a set bit, and two's complement behind it.
function number(block: Buffer, at: number, length: number, offset: number): number {
  const first = block[at] as number
  if (first >= 0x80) {
    const negative = first === 0xff
    const bytes = [negative ? 0xff : first & 0x7f, ...block.subarray(at + 1, at + length)]
    const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
    const signed = Number(negative ? value - 256n ** BigInt(length) : value)
    if (Number.isSafeInteger(signed)) return signed
    throw new FormatError('a number is too large', offset + at)
  }
  const digits = block.toString('latin1', at, at + length).replaceAll(/^[ \0]+|[ \0].*$/gs, '')
  if (/^[0-7]*$/.test(digits)) return digits === '' ? 0 : Number.parseInt(digits, 8)
  throw new FormatError('a number is not octal', offset + at)
}

/** Reads the records of an extended header: `LENGTH KEY=VALUE\n`, again and again. @throws FormatError */
export function paxRecords(bytes: Buffer, at: number): PaxRecords {
  const records: Record<string, string> = {}
  for (let from = 0; from < bytes.length;) {
    const space = bytes.indexOf(0x20, from)
    const digits = space < 0 ? '' : bytes.toString('latin1', from, space)
    const end = from + Number(digits)
    const equals = bytes.indexOf(0x3d, space)
    const isRecord = /^[1-9]\d{0,9}$/.test(digits) && end <= bytes.length && bytes[end - 1] === 0x0a
    if (!isRecord || equals < 0 || equals >= end) throw new FormatError('an extended header is not one', at)
    const key = bytes.toString('utf8', space + 1, equals)
    Object.defineProperty(records, key, {
      value: bytes.toString('utf8', equals + 1, end - 1),
      enumerable: true,
      configurable: true,
    })
    from = end
  }
  return records
}
