import t from 'tap'
import { startRegistry, type FaultRule } from 'start-registry'
import { parseRule } from '../../harness/faults/parse.js'
import { formatRule } from '../../harness/faults/format.js'
import { help } from '../../harness/cli/help.js'
import { faultNames, faultShapes } from '../../harness/faults/fields.js'
import { ended, lines, next, run, start } from '../support/cli.js'
import { Wire } from '../support/content.js'

// A rule as text, as an object, and as it is written again where that differs.
const rules: readonly (readonly [text: string, rule: FaultRule, again?: string])[] = [
  [
    'GET blob team/* nth=2: reset during 1000',
    { method: 'GET', route: 'blob', repository: 'team/*', nth: 2, fault: 'reset', at: 'during', bytes: 1000 },
  ],
  [
    'PUT manifest: status 503 retry-after=1 times=2',
    { method: 'PUT', route: 'manifest', times: 2, fault: 'status', status: 503, retryAfter: 1 },
    'PUT manifest times=2: status 503 retry-after=1',
  ],
  [
    'GET,HEAD blob,manifest team/app:1.0: latency 1.5s jitter=20 seed=7',
    {
      method: ['GET', 'HEAD'],
      route: ['blob', 'manifest'],
      repository: 'team/app',
      reference: '1.0',
      seed: 7,
      fault: 'latency',
      ms: 1500,
      jitter: 20,
    },
    'GET,HEAD blob,manifest team/app reference=1.0 seed=7: latency 1500 jitter=20',
  ],
  [
    'any: status 418 code=DENIED message="not \\"now\\"" header="X-A: 1, 2" header=X-B:b',
    {
      fault: 'status',
      status: 418,
      code: 'DENIED',
      message: 'not "now"',
      headers: { 'X-A': '1, 2', 'X-B': 'b' },
    },
    'any: status 418 code=DENIED message="not \\"now\\"" header="X-A: 1, 2" header="X-B: b"',
  ],
  ['hang', { fault: 'hang' }, 'any: hang'],
  ['repository=app account=* once: hang', { repository: 'app', account: '*', once: true, fault: 'hang' }],
  ['nth=2,4: hang', { nth: [2, 4], fault: 'hang' }],
  ['nth=every-3rd: hang', { nth: 'every 3rd', fault: 'hang' }],
  [
    'probability=0.25 path=/api/*: hang',
    { probability: 0.25, path: '/api/*', fault: 'hang' },
    'path=/api/* probability=0.25: hang',
  ],
  [
    'token: rate-limit limit=10 window=60 retry-after=date:2',
    { route: 'token', fault: 'rate-limit', limit: 10, window: 60, retryAfter: 'date:2' },
  ],
  [
    '*@sha256:*: slow 10KiB/s request',
    { repository: '*', reference: 'sha256:*', fault: 'slow', bytesPerSecond: 10_240, of: 'request' },
    '* reference=sha256:*: slow 10240 request',
  ],
  ['any: end after', { fault: 'end', at: 'after' }],
  ['any: reset request 64kB', { fault: 'reset', at: 'request', bytes: 64_000 }, 'any: reset request 64000'],
  ['any: reset', { fault: 'reset' }],
  ['any: corrupt 0', { fault: 'corrupt', offset: 0 }],
  ['any: digest-header sha256:12', { fault: 'digest-header', digest: 'sha256:12' }],
  ['any: length-header +1', { fault: 'length-header', by: 1 }, 'any: length-header 1'],
  ['any: length-header -1', { fault: 'length-header', by: -1 }],
  ['any: expired-token', { fault: 'expired-token' }],
  ['any: insufficient-scope 403', { fault: 'insufficient-scope', status: 403 }],
  ['any: redirect http://127.0.0.1:1/x status=302', { fault: 'redirect', to: 'http://127.0.0.1:1/x', status: 302 }],
  ['any: redirect status=302', { fault: 'redirect', status: 302 }],
  ['any: drop-chunk', { fault: 'drop-chunk' }],
  ['any: double-chunk', { fault: 'double-chunk' }],
  ['any: no-referrers', { fault: 'no-referrers' }],
  ['any: forget-upload', { fault: 'forget-upload' }],
]

void t.test('a rule as text is the rule as an object, and is written as text again', async (t) => {
  for (const [text, rule, again = text] of rules) {
    t.same(parseRule(text), rule, text)
    t.same(parseRule(JSON.parse(JSON.stringify(rule))), rule, 'from JSON')
    t.equal(formatRule(rule), again)
    t.same(parseRule(formatRule(rule)), rule, 'and read once more')
  }
  t.same(new Set(rules.map(([, { fault }]) => fault)), new Set(faultNames), 'each fault is here')
})

void t.test('what is wrong with a text is named, and what was meant', async (t) => {
  const list =
    'status, rate-limit, latency, slow, reset, end, corrupt, digest-header, length-header, expired-token, ' +
    'insufficient-scope, redirect, drop-chunk, double-chunk, no-referrers, forget-upload or hang'
  for (const [text, message] of [
    ['', "a colon and a space go between the requests and the fault, as in 'GET blob team/* nth=2: reset during 1000'"],
    [
      'GET blob',
      "a colon and a space go between the requests and the fault, as in 'GET blob team/* nth=2: reset during 1000'",
    ],
    [
      'PUT manifest:status 503',
      "a colon and a space go between the requests and the fault, as in 'GET blob team/* nth=2: reset during 1000'",
    ],
    ['GET:', "a fault goes behind the colon, as in 'GET blob team/* nth=2: reset during 1000'"],
    ['resett', `unknown fault resett (did you mean reset?)`],
    ['any: resett', `unknown fault resett (did you mean reset?): it may be ${list}`],
    ['PUT manifset: reset', 'manifset is no method, route or repository (did you mean manifest?)'],
    ['GET,blob: reset', 'GET,blob is no method, route or repository: a repository of one part is repository=GET,blob'],
    ['app: reset', 'app is no method, route or repository: a repository of one part is repository=app'],
    ['GET PUT: reset', 'method is given twice'],
    ['GET: reset times=1 times=2', 'times is given twice'],
    ['GET: reset during 1000 2000', 'unexpected word 2000 behind reset'],
    ['GET: reset sideways', 'at must be before, unanswered, during, after or request, not sideways'],
    ['GET: reset during lots', 'bytes must be a number of bytes, not lots'],
    ['GET: reset before bytes=1', 'a number of bytes goes with during or request'],
    ['GET: status', 'status needs status: a status from 400 to 599'],
    ['GET: status 200', 'status must be a status from 400 to 599, not 200'],
    ['GET: status 503 code=BUSY', /^code must be BLOB_UNKNOWN, .* or UNKNOWN, not BUSY$/],
    ['GET: status 503 retry-afte=1', 'status has no retry-afte (did you mean retry-after?)'],
    [
      'GET: status 503 retry-after=soon',
      'retry-after must be seconds, or date:SECONDS for the date that is then, not soon',
    ],
    ['GET: status 503 header=X', 'a header is header="Name: value", not X'],
    ['GET: status 503 message="x', 'a quotation mark is missing in GET: status 503 message="x'],
    ['GET: hang jitter=1', 'hang has no jitter: it goes with latency'],
    ['nth=0: hang', "nth must be numbers from 1, or 'every 3rd', not 0"],
    ['once: hang times=3', 'once is times 1: one of them is enough'],
    ['probability=2: hang', 'probability must be a number from 0 to 1, not 2'],
    ['token account=*: hang', 'a request for a token is of no account yet: match it by its route alone'],
    ['GET: slow 0', 'bytes-per-second must be bytes per second, at least 1, not 0'],
    ['GET: redirect /elsewhere', 'to must be a URL, not /elsewhere'],
    ['GET: length-header 0', 'by must be a number of bytes, such as 1 or -1, not 0'],
  ] as const) {
    let given: unknown
    try {
      parseRule(text)
    } catch (error) {
      given = error
    }
    t.ok(given instanceof TypeError, text)
    const { message: said } = given as TypeError
    t.ok(said.startsWith('start-registry: faults: '))
    const words = said.slice('start-registry: faults: '.length)
    if (typeof message === 'string') t.equal(words, message)
    else t.match(words, message)
  }
})

void t.test('what is wrong with an object is named, and what was meant', async (t) => {
  for (const [rule, message] of [
    [undefined, "a rule is an object such as { route: 'blob', fault: 'reset' }, or a text such as 'blob: reset'"],
    [[], "a rule is an object such as { route: 'blob', fault: 'reset' }, or a text such as 'blob: reset'"],
    [{ route: 'blob' }, /^a rule needs a fault: status, rate-limit, .* or hang$/],
    [{ fault: 7 }, /^unknown fault 7: it may be status, .* or hang$/],
    [{ fault: 'status', status: 503, retryafter: 1 }, 'status has no retryafter (did you mean retryAfter?)'],
    [{ fault: 'hang', bytes: 1 }, 'hang has no bytes: it goes with reset or end'],
    [{ fault: 'hang', method: 'get' }, 'method must be GET, HEAD, POST, PUT, PATCH or DELETE, or several, not get'],
    [{ fault: 'hang', method: [] }, 'method must be GET, HEAD, POST, PUT, PATCH or DELETE, or several, not []'],
    [
      { fault: 'hang', repository: 'Team' },
      'repository must be a pattern of repositories, in which * stands for any text, not Team',
    ],
    [
      { fault: 'status', status: 503, headers: { A: 'a\nb' } },
      'headers must be an object of names and texts, not {"A":"a\\nb"}',
    ],
    [{ fault: 'hang', once: false }, 'once must be true, not false'],
    [{ fault: 'hang', constructor: 1 }, 'hang has no constructor'],
  ] as const) {
    t.throws(() => parseRule(rule), {
      name: 'TypeError',
      message:
        typeof message === 'string'
          ? `start-registry: faults: ${message}`
          : new RegExp(message.source.replace('^', '^start-registry: faults: ')),
    })
  }
})

void t.test('rules that are none do not compile', async (t) => {
  const right: FaultRule[] = [
    { route: ['blob', 'manifest'], fault: 'reset', at: 'during', bytes: 1 },
    { nth: 'every 3rd', fault: 'status', status: 503, retryAfter: 'date:2' },
  ]
  const wrong: FaultRule[] = [
    // @ts-expect-error -- no such fault
    { fault: 'explode' },
    // @ts-expect-error -- no such route
    { route: 'blobs', fault: 'hang' },
    // @ts-expect-error -- bytes are for during and request
    { fault: 'reset', at: 'before', bytes: 1 },
    // @ts-expect-error -- the status is missing
    { fault: 'status' },
    // @ts-expect-error -- of another fault
    { fault: 'hang', jitter: 1 },
    // @ts-expect-error -- neither a number nor every
    { nth: 'second', fault: 'hang' },
    // @ts-expect-error -- a method in small letters
    { method: 'get', fault: 'hang' },
  ]
  for (const rule of right) t.same(parseRule(rule), rule)
  for (const rule of wrong) t.throws(() => parseRule(rule), { name: 'TypeError' })
})

void t.test('--help has every fault, and its examples are rules', async (t) => {
  const section = /What goes wrong on purpose\n([^]*?)\n\n/.exec(help)?.[1] ?? ''
  for (const name of faultNames) {
    t.match(section, new RegExp(`\\b${name}\\b`))
    for (const required of faultShapes[name].required) t.ok(faultShapes[name].words.includes(required), 'has a word')
  }
  const examples = [...section.matchAll(/--fault '([^']*: [a-z][^']*)'/g)].map(([, text]) => text as string)
  t.equal(examples.length, 2)
  for (const text of examples) t.ok(parseRule(text))
})

void t.test('--fault does it on the command line, and the log says so; a wrong one is wrong use', async (t) => {
  const child = start(t, '--fault', 'GET tags: status 503 retry-after=1 once')
  const [out, err] = [lines(child.stdout), lines(child.stderr)]
  const wire = new Wire(Number((await next(out)).split(':').at(-1)))
  t.equal((await wire.get('/v2/app/tags/list')).status, 503)
  t.match(
    await next(err),
    / 503 {3}GET {5}\/v2\/app\/tags\/list {2}\d+ B {2}[\d.]+ ms {2}\[#1 status 503 retry-after=1\]$/,
  )
  t.equal((await wire.get('/v2/app/tags/list')).status, 404)
  child.kill('SIGTERM')
  t.equal(await ended(child), 0)
  t.match(await run(t, '--fault', 'GET tags: statsu 503'), {
    code: 2,
    out: '',
    err: /^start-registry: --fault: unknown fault statsu \(did you mean status\?\)/,
  })
  await t.rejects(startRegistry({ faults: ['tags: reset', 'tgas: reset'] }), {
    name: 'TypeError',
    message: 'start-registry: faults: tgas is no method, route or repository (did you mean tags?)',
  })
  await t.rejects(startRegistry({ faults: 'tags: reset' as never }), {
    message:
      "start-registry: faults must be an array of rules, such as { route: 'blob', fault: 'reset' } or 'blob: reset'",
  })
})
