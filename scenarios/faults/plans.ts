/** What a client is asked to do while something goes wrong. */
export type Story = 'pull' | 'push'

/** A fault that clients meet. */
export interface Plan {
  readonly story: Story
  /** What goes wrong, in a few words. */
  readonly title: string
  /** As `--fault` takes it; LAYER stands for the digest of what is pulled. */
  readonly rule: string
  /** Whether clients are logged in, with a token. */
  readonly login?: true
}

const pull = (title: string, rule: string): Plan => ({ story: 'pull', title, rule })
const push = (title: string, rule: string): Plan => ({ story: 'push', title, rule })

/** The faults, in the order of the table. */
export const plans: readonly Plan[] = [
  pull('each reply: 20 to 40 ms late', 'any: latency 20ms jitter=20ms'),
  pull('manifest: 503 once', 'GET,HEAD manifest once: status 503'),
  pull('manifest: 429 once', 'GET,HEAD manifest once: rate-limit retry-after=1'),
  pull('manifest: reset before the reply, once', 'GET,HEAD manifest once: reset'),
  pull('manifest: another digest in the header', 'GET,HEAD manifest: digest-header'),
  pull('layer: 500 once', 'GET blob reference=LAYER once: status 500'),
  pull('layer: 503 each time', 'GET blob reference=LAYER: status 503 retry-after=0'),
  pull('layer: reset in the middle, once', 'GET blob reference=LAYER once: reset during'),
  pull('layer: cut short, once', 'GET blob reference=LAYER once: end during'),
  pull('layer: one byte flipped, once', 'GET blob reference=LAYER once: corrupt'),
  pull('layer: redirected to another port', 'GET,HEAD blob reference=LAYER: redirect'),
  { ...pull('layer: the token has expired', 'GET blob once: expired-token'), login: true },
  { ...pull('layer: the token is for less, 403', 'GET blob: insufficient-scope 403'), login: true },
  push('upload: 503 for its begin, once', 'POST uploads once: status 503'),
  push('upload: 429 for its begin, once', 'POST uploads once: rate-limit retry-after=1'),
  push('upload: taken, and no answer, once', 'PATCH,PUT upload once: reset unanswered'),
  push('upload: a chunk is forgotten, once', 'PATCH once: drop-chunk'),
  push('upload: a chunk is doubled, once', 'PATCH once: double-chunk'),
  push('upload: the session is forgotten, once', 'PATCH,PUT upload once: forget-upload'),
  push('manifest is put: 503 once', 'PUT manifest once: status 503'),
  push('manifest is put: stored, and no answer, once', 'PUT manifest once: reset unanswered'),
  push('no referrers API', 'any: no-referrers'),
  { ...push('manifest is put: the token has expired', 'PUT manifest once: expired-token'), login: true },
]
