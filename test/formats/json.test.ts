import t from 'tap'
import { FormatError } from '../../src/formats/format-error.js'
import {
  duplicatesIn,
  JsonNumber,
  JsonObject,
  memberOf,
  membersOf,
  parseJson,
  toPlain,
  type JsonLimits,
} from '../../src/formats/json.js'

const refusal = (json: string | Uint8Array, limits?: JsonLimits): string => {
  try {
    parseJson(json, limits)
  } catch (error) {
    if (error instanceof FormatError) return error.message
    throw error
  }
  throw new Error(`this was read: ${json.toString()}`)
}

void t.test('members are all there, in their order, with the bytes where they begin', async (t) => {
  const value = parseJson('{"b":1, "é":[true], "b":null}')
  t.ok(value instanceof JsonObject)
  t.same((value as JsonObject).members, [
    { name: 'b', value: new JsonNumber('1'), offset: 1 },
    { name: 'é', value: [true], offset: 8 },
    { name: 'b', value: null, offset: 21 },
  ])
  t.same(membersOf(value, 'b'), [new JsonNumber('1'), null])
  t.equal(memberOf(value, 'b'), null)
  t.equal(memberOf(value, 'B'), undefined)
  t.same(membersOf([], 'b'), [])
  t.equal(memberOf(undefined, 'b'), undefined)
})

void t.test('numbers are kept as they were written', async (t) => {
  for (const text of ['0', '-0', '12345678901234567890', '1.50', '1e3', '-1E-2']) {
    t.same(parseJson(text), new JsonNumber(text))
  }
  t.equal(toPlain(parseJson('12345678901234567890')), 12345678901234567000)
})

void t.test('strings are read as JSON escapes them', async (t) => {
  t.equal(parseJson(String.raw`"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`), '"\\/\b\f\n\r\té😀')
  t.equal(parseJson('"\u007f\u2028"'), '\u007f\u2028')
})

void t.test('names that repeat are found at every depth, by their path', async (t) => {
  const value = parseJson('{"a":{"x/y":1,"x/y":2},"b":[{"c":1,"c":2}],"a":0,"A":0}')
  t.same(duplicatesIn(value), ['/a/x~1y', '/b/0/c', '/a'])
  t.same(duplicatesIn(value, 'go'), ['/a/x~1y', '/b/0/c', '/a', '/A'])
})

void t.test("Go's names: case is folded as Unicode's simple folding has it", async (t) => {
  const value = parseJson('{"Docker-Manifest-DIGEST":"A","docKer-manifest-digeſt":"B","docker-manifest-digest ":"C"}')
  t.same(membersOf(value, 'docker-manifest-digest', 'go'), ['A', 'B'])
  t.same(membersOf(value, 'docker-manifest-digest'), [])
})

void t.test('plain values are those of JSON.parse', async (t) => {
  const json = '{"a":[1,2.5,-0,true,null,"x"],"a":{"b":{}},"__proto__":{"c":1},"2":0,"1":0}'
  const plain = toPlain(parseJson(json)) as object
  t.same(plain, JSON.parse(json))
  t.ok(Object.hasOwn(plain, '__proto__'))
  t.equal(Object.getPrototypeOf(plain), Object.prototype)
})

void t.test('what is not JSON is refused where it goes wrong', async (t) => {
  const cases: readonly (readonly [string | Uint8Array, string])[] = [
    ['', 'JSON should have a value, and JSON ends, at byte 0'],
    ['{"a":1} x', 'there is something after the JSON value, at byte 8'],
    ['{}{}', 'there is something after the JSON value, at byte 2'],
    ['\ufeff{}', 'JSON begins with a byte order mark, at byte 0'],
    ['{"a":1,}', 'JSON should have a name, and something else is there, at byte 7'],
    ['{"a" 1}', 'JSON should have a colon, and something else is there, at byte 5'],
    ['{"a":1 "b":2}', 'JSON should have a comma or the end of an object, and something else is there, at byte 7'],
    ['[1,]', 'JSON should have a value, and something else is there, at byte 3'],
    ['[1', 'JSON should have a comma or the end of an array, and JSON ends, at byte 2'],
    ["{'a':1}", 'JSON should have a name, and something else is there, at byte 1'],
    ['01', 'JSON should have a value, and something else is there, at byte 0'],
    ['+1', 'JSON should have a value, and something else is there, at byte 0'],
    ['.5', 'JSON should have a value, and something else is there, at byte 0'],
    ['NaN', 'JSON should have a value, and something else is there, at byte 0'],
    ['nul', 'JSON should have null, and JSON ends, at byte 3'],
    ['"a', 'a string does not end, at byte 0'],
    ['"a\\', 'a string does not end, at byte 0'],
    ['"\u0001"', 'JSON should have no control character in a string, and something else is there, at byte 1'],
    ['["\\x41"]', 'a string has an escape that JSON does not know, at byte 1'],
    ['["\\u12g4"]', 'a string has an escape that JSON does not know, at byte 1'],
    ['"\\ud800"', 'a string has half of a surrogate pair, at byte 0'],
    ['"\ud800"', 'half of a surrogate pair is not Unicode, at byte 0'],
    [Buffer.from([0x22, 0xff, 0x22]), 'a string is not UTF-8, at byte 1'],
    [Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'a string is not UTF-8, at byte 1'],
    [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'a string is not UTF-8, at byte 1'],
    ['\u00a0{}', 'JSON should have a value, and something else is there, at byte 0'],
  ]
  for (const [json, message] of cases) t.equal(refusal(json), message)
})

void t.test('as Go reads: what is not Unicode becomes U+FFFD, and the byte order mark is refused still', async (t) => {
  const limits = { unicode: 'replace' } as const
  t.equal(parseJson(Buffer.from([0x22, 0x61, 0xff, 0x22]), limits), 'a\ufffd')
  t.equal(parseJson('"\\ud800x\\ud83d\\ude00"', limits), '\ufffdx😀')
  t.equal(refusal('\ufeff{}', limits), 'JSON begins with a byte order mark, at byte 0')
})

void t.test('limits hold before the work is done', async (t) => {
  t.equal(refusal('[[[1]]]', { depth: 2 }), 'JSON of more than 2 levels is not read, at byte 3')
  t.same(parseJson('[[1]]', { depth: 2 }), [[new JsonNumber('1')]])
  t.equal(refusal('['.repeat(5000)), 'JSON of more than 1000 levels is not read, at byte 1001')
  t.equal(refusal('[1,2,3]', { count: 3 }), 'JSON of so many values is not read, at byte 5')
  t.equal(refusal('"12345"', { size: 6 }), 'JSON of more than 6 bytes is not read, at byte 6')
  t.equal(refusal(`1${'0'.repeat(1000)}`), 'JSON should have a value, and something else is there, at byte 0')
})
