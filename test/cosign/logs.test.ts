import t from 'tap'
import { verifyLogEntries } from '../../src/cosign/logs/log-entries.js'
import { transparencyLog } from '../../src/cosign/logs/transparency-log.js'
import { verifySigningTimes, type TimeMaterial, type TimePolicy } from '../../src/cosign/signing-times.js'
import { canonicalJson } from '../../src/formats/jcs.js'
import { codeOf } from '../support/codes.js'
import { byKey, check, good, message, rekor } from '../support/logged.js'
import { minutes, noon } from '../support/pki.js'
import { testLog } from '../support/rekor.js'

void t.test('limits, and entries that are not counted (GHSA-cq38-jh5f-37mq, GHSA-9vcr-p3rj-q5q6)', async (t) => {
  const many = Array.from({ length: 33 }, (_, index) => good({ logIndex: index }))
  t.equal(
    codeOf(() => verifyLogEntries(many, check())),
    'TLOG_PARSE',
    '33 entries',
  )
  t.same(verifyLogEntries(many.slice(1), check()).logs, [rekor.log], '32 entries of one log are one log')
  t.equal(
    codeOf(() => verifyLogEntries([good(), good()], check())),
    'TLOG_PARSE',
    'the same entry twice',
  )
  const unknown = verifyLogEntries([good()], check({ logs: [testLog().log] }))
  t.same(unknown.logs, [])
  t.same(
    unknown.findings.map(({ code }) => code),
    ['TLOG_UNKNOWN_LOG'],
  )
  t.equal(
    codeOf(() => verifyLogEntries([good({ logIndex: 1 }), { ...good(), logIndex: 2n }], check())),
    'SET_INVALID',
  )
})

const material = (change: Partial<TimeMaterial> = {}): TimeMaterial => ({
  content: message,
  by: byKey,
  logEntries: [good()],
  timestamps: [],
  timestamped: message.signature,
  ...change,
})

const policy = (change: Partial<TimePolicy> = {}): TimePolicy => ({
  logs: [rekor.log],
  timestampAuthorities: [],
  requireTlog: 1,
  requireTimestamp: 0,
  now: noon,
  ...change,
})

void t.test('what a policy wants of logs', async (t) => {
  const run = (given: Partial<TimeMaterial>, wanted: Partial<TimePolicy> = {}): string | undefined =>
    codeOf(() => verifySigningTimes(material(given), policy(wanted)))
  t.equal(run({}), undefined)
  t.equal(run({ logEntries: [] }), 'TLOG_MISSING')
  t.equal(run({}, { requireTlog: 2 }), 'TLOG_MISSING')
  t.equal(run({ logEntries: [good({ logIndex: 1 }), good({ logIndex: 2 })] }, { requireTlog: 2 }), 'TLOG_MISSING')
  t.equal(run({}, { logs: [] }), 'TLOG_UNKNOWN_LOG')
  t.equal(run({ logEntries: [] }, { requireTlog: 0 }), undefined)
  t.same(verifySigningTimes(material({ logEntries: [{}] }), policy({ requireTlog: 0 })).times, [], 'not looked at')
  t.equal(run({}, { requireTimestamp: 1 }), 'TS_MISSING')
  const old = transparencyLog(rekor.log.spki, { validFor: { end: noon - 1 } })
  const untimed = { logEntries: [good({ promise: false })] }
  t.equal(run(untimed, { logs: [old] }), 'TLOG_UNKNOWN_LOG', 'a key that was not to be used (GHSA-wqqc-jjcq-vfxm)')
  t.equal(run(untimed, { logs: [old], now: noon - minutes(1) }), undefined)
})

void t.test('canonical JSON (RFC 8785)', async (t) => {
  const value = { b: 1, a: ['\u20ac"\\\n', null, true], '\u{1f600}': {}, '\ufb33': '' }
  t.equal(canonicalJson(value), '{"a":["\u20ac\\"\\\\\\n",null,true],"b":1,"\u{1f600}":{},"\ufb33":""}')
  t.throws(() => canonicalJson({ a: 0.5 }), RangeError)
})
