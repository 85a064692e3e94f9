import assert from 'node:assert/strict'
import { decodeBase64 } from '../../../src/formats/base64.js'
import { der } from '../../../src/formats/der.js'
import { readDer, type DerNode } from '../../../src/formats/der-reader.js'
import * as values from '../../../src/formats/der-values.js'
import { FormatError } from '../../../src/formats/format-error.js'
import { parseJson, toPlain } from '../../../src/formats/json.js'
import { readPem, writePem } from '../../../src/formats/pem.js'
import { mutate } from './mutate.js'
import type { FuzzTarget } from './play.js'
import { Random } from './random.js'
import { orRefused as orRefusedWith } from './refused.js'
import { seededKey } from './seeded-keys.js'

const orRefused = <T>(read: () => T): { readonly value: T } | undefined => orRefusedWith(read, FormatError)

const documents = [
  '{"critical":{"identity":{"docker-reference":"localhost:5000/team/app"},"image":{"docker-manifest-digest":"sha256:00"},"type":"cosign container image signature"},"optional":{"a":"b","n":-1.5e+3}}',
  '[null,true,false,0,-0,1e9,[],{},"","\\u0041\\ud83d\\ude00\\n\\/",[[[[]]]],{"a":{"a":1,"a":2}}]',
  ' { "k\u00e9y" : [ 1 , 2.50 , "\u{1f600}" ] }\n',
].map((text) => Buffer.from(text))

/** JSON against node's own reader, which takes all that ours does, and besides half surrogate pairs. */
export const json: FuzzTarget = {
  name: 'json',
  run(random) {
    const bytes = mutate(random, random.pick(documents))
    const ours = orRefused(() => parseJson(bytes))
    const nodes = nodesJson(bytes)
    // Node keeps half a surrogate pair, and ours refuses it.
    if (!ours && /\\ud[89a-f]/i.test(bytes.toString('latin1'))) return
    assert.deepEqual(ours && { value: toPlain(ours.value) }, nodes)
  },
}

function nodesJson(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as unknown }
  } catch {
    return undefined
  }
}

const keys = (['P-256', 'RSA', 'Ed25519'] as const).map((kind) => seededKey(kind, new Random(1)))
const structures = keys.flatMap((key) => [key.pkcs8, key.publicKey.spki])

const accessors: readonly ((node: DerNode) => unknown)[] = [
  values.oidOf,
  values.integerOf,
  values.bitStringOf,
  values.wholeBytesOf,
  values.booleanOf,
  (node) => values.timeOf(node, { fractions: true }),
]

/** DER: what is read, and written again from what was read, is what it was. */
export const derReader: FuzzTarget = {
  name: 'der',
  run(random) {
    const bytes = mutate(random, random.pick(structures))
    const read = orRefused(() => readDer(bytes))
    if (!read) return
    assert.deepEqual(rewritten(read.value), bytes)
    visit(read.value)
  },
}

const rewritten = (node: DerNode): Buffer =>
  node.tag & 0x20 ? der(node.tag, ...node.children.map(rewritten)) : der(node.tag, node.content)

function visit(node: DerNode): void {
  for (const read of accessors) orRefused(() => read(node))
  node.children.forEach(visit)
}

/** base64 against the pattern of what it may be. */
export const base64: FuzzTarget = {
  name: 'base64',
  run(random) {
    const text = mutate(random, Buffer.from(random.bytes(random.below(70)).toString('base64'))).toString('latin1')
    const strict = orRefused(() => decodeBase64(text, 'strict'))
    if (strict) assert.equal(Buffer.from(strict.value).toString('base64'), text)
    const go = orRefused(() => decodeBase64(text, 'go'))
    const goTakes =
      /^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/.test(text.replaceAll(/[\r\n]/g, '')) && !text.includes('_')
    assert.equal(go !== undefined, goTakes)
    if (strict) assert.deepEqual(go, strict)
  },
}

const files = [
  ...keys.map((key) => Buffer.from(writePem('PUBLIC KEY', key.publicKey.spki))),
  Buffer.from(
    `text\r\n${writePem('A-B C', Buffer.from('one')).replaceAll('\n', '\r\n')}${writePem('X', Buffer.from('2'))}`,
  ),
  Buffer.from('-----BEGIN OLD-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\nAAAA\n-----END OLD-----\n'),
]

/** PEM: what is read reads the same when it is written again. */
export const pem: FuzzTarget = {
  name: 'pem',
  run(random) {
    const read = orRefused(() => readPem(mutate(random, random.pick(files)).toString('latin1')))
    if (!read) return
    const plain = read.value.map(({ label, der }) => ({ label, der }))
    assert.deepEqual(readPem(plain.map(({ label, der }) => writePem(label, der)).join('')), plain)
  },
}
