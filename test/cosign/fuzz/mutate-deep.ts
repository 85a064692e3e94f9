import { der } from '../../../src/formats/der.js'
import { readDer, type DerNode } from '../../../src/formats/der-reader.js'
import { FormatError } from '../../../src/formats/format-error.js'
import { readPem, writePem } from '../../../src/formats/pem.js'
import { mutate } from './mutate.js'
import { orRefused } from './refused.js'
import type { Random } from './random.js'

/**
 * The bytes with one to three things changed in what they are made of: JSON, DER, PEM and base64 are opened, as deep as
 * they lie in each other, and written again around the change, so that it is not lost in a syntax error or a wrong length.
 * @param others Values like these, parts of which may come in the place of these bytes' own.
 */
export function mutateDeep(random: Random, bytes: Uint8Array, others: readonly Uint8Array[] = []): Buffer {
  let changed: Buffer = Buffer.from(bytes)
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    changed = changedOnce(random, changed, others.length > 0 ? random.pick(others) : undefined)
  }
  return changed
}

// What is changed as plain bytes, whatever it is: the syntax itself is worth it now and then.
const plainly = 6

function changedOnce(random: Random, bytes: Buffer, other: Uint8Array | undefined): Buffer {
  if (random.below(plainly) === 0) return mutate(random, bytes)
  if (other && random.below(8) === 0) return Buffer.from(other)
  return (
    inJson(random, bytes, other) ?? inDer(random, bytes, other) ?? inText(random, bytes, other) ?? mutate(random, bytes)
  )
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type Holder = Record<string, Json>

function inJson(random: Random, bytes: Buffer, other: Uint8Array | undefined): Buffer | undefined {
  const value = jsonOf(bytes)
  if (value === undefined) return undefined
  const places = placesIn(value, [])
  if (places.length === 0) return undefined
  const path = random.pick(places)
  const holder = holderOf(value, path) as Holder
  const replacement = other && holderOf(jsonOf(other), path)
  changeMember(random, holder, path.at(-1) as string, replacement)
  return Buffer.from(JSON.stringify(value))
}

function jsonOf(bytes: Uint8Array): Json | undefined {
  if (bytes[0] !== 0x7b && bytes[0] !== 0x5b) return undefined
  return orRefused(() => JSON.parse(Buffer.from(bytes).toString()) as Json, SyntaxError)?.value
}

const isHolder = (value: Json | undefined): value is Json[] | Holder => typeof value === 'object' && value !== null

const placesIn = (value: Json, path: readonly string[]): (readonly string[])[] =>
  isHolder(value)
    ? Object.entries(value).flatMap(([name, one]) => [[...path, name], ...placesIn(one, [...path, name])])
    : []

/** What holds the value at a path: an array is one too, its indexes the names. */
function holderOf(value: Json | undefined, path: readonly string[]): Json[] | Holder | undefined {
  let holder = value
  for (const name of path.slice(0, -1)) holder = isHolder(holder) ? (holder as Holder)[name] : undefined
  return isHolder(holder) ? holder : undefined
}

const numbers = ['0', '1', '-1', '2', '4294967296', '9007199254740992', '9223372036854775807', '9223372036854775808']

function changeMember(random: Random, holder: Holder, name: string, replacement: Json[] | Holder | undefined): void {
  const old = holder[name] as Json
  const theirs = (replacement as Holder | undefined)?.[name]
  if (theirs !== undefined && random.below(3) === 0) holder[name] = theirs
  else if (typeof old === 'string' && random.below(4) > 0) {
    const text = Buffer.from(old)
    const inner = typeof theirs === 'string' ? Buffer.from(theirs) : undefined
    holder[name] = /^-?\d+$/.test(old) ? numberLike(random, old) : changedOnce(random, text, inner).toString()
  } else if (typeof old === 'number' && random.below(4) > 0) holder[name] = Number(numberLike(random, String(old)))
  else changeShape(random, holder, name, old)
}

const numberLike = (random: Random, old: string): string =>
  random.below(2) ? random.pick(numbers) : String(Number(old) + random.pick([1, -1, 60]))

function changeShape(random: Random, holder: Holder, name: string, old: Json): void {
  switch (random.below(4)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(name), 1)
      else Reflect.deleteProperty(holder, name)
      return
    case 1:
      if (Array.isArray(holder)) holder.push(old)
      else holder[random.pick([name.toUpperCase(), `${name}x`, ...Object.keys(holder)])] = old
      return
    default:
      holder[name] = random.pick<Json>([null, {}, [], '', 0, 1, true, [old], { [name]: old }])
  }
}

function inDer(random: Random, bytes: Buffer, other: Uint8Array | undefined): Buffer | undefined {
  const root = derOf(bytes)
  if (!root) return undefined
  const nodes = nodesIn(root)
  const chosen = random.pick(nodes)
  const theirs = other && derOf(other)
  // The same place in the order of values is mostly the same thing.
  const donor = theirs && nodesIn(theirs)[nodes.indexOf(chosen)]
  return written(root, chosen, changedNode(random, chosen, donor))
}

const derOf = (bytes: Uint8Array): DerNode | undefined =>
  bytes[0] === 0x30 && bytes.length > 2 ? orRefused(() => readDer(bytes), FormatError)?.value : undefined

const nodesIn = (node: DerNode): DerNode[] => [node, ...node.children.flatMap(nodesIn)]

const isCollection = ({ tag }: DerNode): boolean => (tag & 0x20) !== 0

function written(node: DerNode, chosen: DerNode, change: Buffer): Buffer {
  if (node === chosen) return change
  return isCollection(node)
    ? der(node.tag, ...node.children.map((one) => written(one, chosen, change)))
    : Buffer.from(node.bytes)
}

const telling = [
  0x02, 0x03, 0x04, 0x05, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x30, 0x31, 0x80, 0x81, 0x82, 0x86, 0xa0, 0xa1, 0xa3,
]

function changedNode(random: Random, node: DerNode, donor: DerNode | undefined): Buffer {
  if (donor && random.below(3) === 0) return Buffer.from(donor.bytes)
  const parts = node.children.map(({ bytes }) => Buffer.from(bytes))
  switch (random.below(6)) {
    case 0:
      return Buffer.alloc(0)
    case 1:
      return Buffer.concat([node.bytes, node.bytes])
    case 2:
      // A primitive under a constructed tag would not be written again as it is.
      return Buffer.concat([Buffer.of(random.pick(telling)), node.bytes.subarray(1)])
    default:
      if (!isCollection(node)) return der(node.tag, changedContent(random, node))
      if (parts.length > 1) parts.push(...parts.splice(random.below(parts.length), 1))
      return der(node.tag, ...parts)
  }
}

// An extension's value, and what is signed in CMS, is DER in an octet string.
const changedContent = (random: Random, { content }: DerNode): Buffer =>
  inDer(random, Buffer.from(content), undefined) ?? mutate(random, content)

function inText(random: Random, bytes: Buffer, other: Uint8Array | undefined): Buffer | undefined {
  const text = bytes.toString('latin1')
  const inner = other && Buffer.from(other).toString('latin1')
  if (text.startsWith('-----BEGIN ')) return inPem(random, text, inner)
  // Eight, so that a word is not taken for base64.
  if (text.length < 8 || text.length % 4 > 0 || !/^[\w+/]+=*$/.test(text)) return undefined
  const decoded = inner === undefined ? undefined : Buffer.from(inner, 'base64')
  return Buffer.from(changedOnce(random, Buffer.from(text, 'base64'), decoded).toString('base64'))
}

function inPem(random: Random, text: string, other: string | undefined): Buffer | undefined {
  const blocks = orRefused(() => readPem(text), FormatError)?.value ?? []
  if (blocks.length === 0) return undefined
  const chosen = random.pick(blocks)
  const theirs =
    other === undefined ? undefined : orRefused(() => readPem(other), FormatError)?.value[blocks.indexOf(chosen)]
  return Buffer.from(
    blocks
      .map((one) =>
        writePem(one.label, one === chosen ? changedOnce(random, Buffer.from(one.der), theirs?.der) : one.der),
      )
      .join(''),
  )
}
