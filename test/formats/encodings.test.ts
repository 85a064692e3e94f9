import t from 'tap'
import { decodeBase64 } from '../../src/formats/base64.js'
import { bitString, boolean, der, explicit, integer, octetString, oid, sequence, time } from '../../src/formats/der.js'
import { readDer, readDerPrefix } from '../../src/formats/der-reader.js'
import * as values from '../../src/formats/der-values.js'
import { FormatError } from '../../src/formats/format-error.js'
import { readPem, writePem } from '../../src/formats/pem.js'

const refusal = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof FormatError) return error.message
    throw error
  }
  throw new Error('this was read')
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(' ', ''), 'hex')

void t.test('base64, strictly and as Go has it', async (t) => {
  const cases: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['', '', ''],
    ['YQ==', 'a', 'a'],
    ['YWI=', 'ab', 'ab'],
    ['YWJj', 'abc', 'abc'],
    ['YR==', undefined, 'a'],
    ['YWJ=', undefined, 'ab'],
    ['YW\nI=', undefined, 'ab'],
    ['YWI=\r\n', undefined, 'ab'],
    ['YQ=\n=', undefined, 'a'],
    ['YQ=', undefined, undefined],
    ['YQ', undefined, undefined],
    ['YQ==YQ==', undefined, undefined],
    ['YW I=', undefined, undefined],
    ['YWI=x', undefined, undefined],
    ['Y===', undefined, undefined],
    ['-_8=', undefined, undefined],
    ['YW\u{1f600}', undefined, undefined],
    ['YWJ\u0141', undefined, undefined],
  ]
  for (const [encoded, strict, go] of cases) {
    for (const [as, wanted] of [
      ['strict', strict],
      ['go', go],
    ] as const) {
      const name = `${as}: ${JSON.stringify(encoded)}`
      if (wanted !== undefined) t.equal(text(decodeBase64(encoded, as)), wanted, name)
      else
        t.match(
          refusal(() => decodeBase64(encoded, as)),
          /^this is not base64 .*, at byte \d+$/,
          name,
        )
    }
  }
  t.equal(
    refusal(() => decodeBase64('YW*j', 'strict')),
    'this is not base64 as RFC 4648 §4 writes it, at byte 2',
  )
})

void t.test('PEM is read as it is written, with what stands around it passed over', async (t) => {
  const content = Buffer.alloc(100, 'x')
  const pem = writePem('PUBLIC KEY', content)
  t.same(
    pem.split('\n').map((line) => line.length),
    [26, 64, 64, 8, 24, 0],
  )
  const [block, ...more] = readPem(`a word\n${pem}another\n`)
  t.same(block, { label: 'PUBLIC KEY', der: content })
  t.same(more, [])
  t.same(
    readPem(`${pem}${writePem('A-B', Buffer.from('y'))}`.replaceAll('\n', ' \r\n')).map(({ label }) => label),
    ['PUBLIC KEY', 'A-B'],
  )
  t.same(readPem('-----BEGIN X-----\n-----END X-----'), [{ label: 'X', der: Buffer.alloc(0) }])
  t.same(readPem('-----BEGIN X-----\nA: b: c\nD:e\n\nYQ==\n-----END X-----'), [
    { label: 'X', headers: { A: 'b: c', D: 'e' }, der: Buffer.from('a') },
  ])
  for (const nothing of ['', '  ', ' -----BEGIN X-----\n-----END X-----', '-----BEGIN X----\nYQ==\n-----END X----']) {
    t.same(readPem(nothing), [])
  }
})

void t.test('PEM that is broken is refused', async (t) => {
  t.equal(
    refusal(() => readPem('é\n-----BEGIN X-----\nYQ==\n')),
    'the PEM block X does not end as it began, at byte 20',
  )
  t.match(
    refusal(() => readPem('-----BEGIN X-----\nYQ==\n-----END Y-----\n-----END X-----')),
    /does not end as it/,
  )
  t.match(
    refusal(() => readPem('-----BEGIN X-----\nYQ\n-----END X-----')),
    /^the PEM block X does not hold base64,/,
  )
})

void t.test('DER is read as it is written', async (t) => {
  const bytes = sequence(integer(300), explicit(0, octetString(Buffer.alloc(200))), boolean(true))
  const node = readDer(bytes)
  t.equal(node.tag, 0x30)
  t.equal(node.contentOffset, 3)
  t.same(
    node.children.map(({ tag, offset, content }) => [tag, offset, content.length]),
    [
      [0x02, 3, 2],
      [0xa0, 7, 203],
      [0x01, 213, 1],
    ],
  )
  t.same(node.children[1]?.children[0]?.content, Buffer.alloc(200))
  t.same(readDerPrefix(Buffer.concat([bytes, Buffer.from('rest')])).bytes, bytes)
})

void t.test('what is not DER is refused', async (t) => {
  const cases = {
    '': 'DER ends too soon, at byte 0',
    '30': 'DER ends too soon, at byte 1',
    '30 03 02 01': 'a DER value is longer than what it is in, at byte 0',
    '30 03 02 02 01': 'a DER value is longer than what it is in, at byte 2',
    '05 00 00': 'there are bytes after the DER value, at byte 2',
    '30 80 00 00': 'an indefinite length is not DER, at byte 1',
    '04 81 01 00': 'a length has too many bytes for DER, at byte 1',
    '04 82 00 80': 'a length has too many bytes for DER, at byte 1',
    '04 85 00 00 00 00 01': 'lengths of more than four bytes are not read, at byte 1',
    '04 84 ff ff ff ff': 'a DER value is longer than what it is in, at byte 0',
    '1f 81 00 00': 'tags of more than one byte are not read, at byte 0',
    '24 03 04 01 00': 'a value in parts is not DER, at byte 0',
    '10 00': 'a SEQUENCE or SET that is primitive is not DER, at byte 0',
  }
  for (const [bytes, message] of Object.entries(cases))
    t.equal(
      refusal(() => readDer(hex(bytes))),
      message,
      bytes,
    )
  const deep = Array.from({ length: 40 }).reduce<Buffer>((inside) => sequence(inside), Buffer.alloc(0))
  t.equal(
    refusal(() => readDer(deep)),
    'DER of more than 32 levels is not read, at byte 66',
  )
  t.equal(
    refusal(() => readDer(sequence(integer(1), integer(2)), { count: 2 })),
    'DER of so many values is not read, at byte 5',
  )
  t.equal(
    refusal(() => readDer(Buffer.alloc(11), { size: 10 })),
    'DER of more than 10 bytes is not read, at byte 10',
  )
})

void t.test('values of DER mean what they say', async (t) => {
  for (const dotted of ['1.2.840.113549.1.1.1', '2.5.29.17', '2.999.3', '0.9.2342', '1.3.6.1.4.1.57264.1.1']) {
    t.equal(values.oidOf(readDer(oid(dotted))), dotted)
  }
  for (const [bytes, number] of [
    ['02 01 00', 0n],
    ['02 01 7f', 127n],
    ['02 02 00 80', 128n],
    ['02 01 ff', -1n],
    ['02 02 ff 7f', -129n],
  ] as const) {
    t.equal(values.integerOf(readDer(hex(bytes))), number)
  }
  t.same(values.bitStringOf(readDer(bitString(Buffer.from([0xa0]), 5))), { bytes: Buffer.from([0xa0]), unused: 5 })
  t.same(values.wholeBytesOf(readDer(bitString(Buffer.from('key')))), Buffer.from('key'))
  t.equal(values.booleanOf(readDer(boolean(false))), false)
  for (const date of ['1950-01-01T00:00:00Z', '2049-12-31T23:59:59Z', '2050-01-01T00:00:00Z', '2024-02-29T12:00:00Z']) {
    t.same(values.timeOf(readDer(time(new Date(date)))), new Date(date))
  }
  const fraction = der(0x18, Buffer.from('20240229120000.25Z'))
  t.same(values.timeOf(readDer(fraction), { fractions: true }), new Date('2024-02-29T12:00:00.250Z'))
})

void t.test('values that DER has no such bytes for are refused', async (t) => {
  const cases: readonly (readonly [(node: ReturnType<typeof readDer>) => unknown, string, RegExp])[] = [
    [values.oidOf, '06 00', /empty/],
    [values.oidOf, '06 02 80 01', /begins with 0/],
    [values.oidOf, '06 01 81', /too soon/],
    [values.oidOf, '06 09 ff ff ff ff ff ff ff ff 7f', /too large/],
    [values.oidOf, '02 01 00', /an object identifier should have the tag 0x6, and there is 0x2/],
    [values.integerOf, '02 00', /empty/],
    [values.integerOf, '02 02 00 7f', /a byte too many/],
    [values.integerOf, '02 02 ff 80', /a byte too many/],
    [values.bitStringOf, '03 00', /unused bits/],
    [values.bitStringOf, '03 01 01', /unused bits/],
    [values.bitStringOf, '03 02 08 00', /unused bits/],
    [values.bitStringOf, '03 02 01 01', /unused bits/],
    [values.wholeBytesOf, '03 02 01 02', /whole bytes/],
    [values.booleanOf, '01 01 01', /neither/],
    [values.booleanOf, '01 00', /neither/],
  ]
  for (const [read, bytes, message] of cases)
    t.match(
      refusal(() => read(readDer(hex(bytes)))),
      message,
      bytes,
    )
  for (const [tag, content] of [
    [0x17, '230431000000Z'],
    [0x17, '2304310000Z'],
    [0x17, '230430000000+0100'],
    [0x17, '20230430000000Z'],
    [0x18, '20230430000000.5Z'],
    [0x18, '20230430240000Z'],
    [0x18, '00000000000000Z'],
    [0x18, '230430000000Z'],
  ] as const) {
    t.match(
      refusal(() => values.timeOf(readDer(der(tag, Buffer.from(content))))),
      /a time is not as certificates have it/,
    )
  }
  t.match(
    refusal(() => values.timeOf(undefined)),
    /a time should have the tag 0x18, and there is nothing/,
  )
  t.match(
    refusal(() => values.contentOf(readDer(hex('05 00')), 0x04)),
    /should have the tag 0x4, and there is 0x5/,
  )
  t.match(
    refusal(() => values.childrenOf(readDer(hex('05 00')))),
    /should have the tag 0x30, and there is 0x5/,
  )
})
