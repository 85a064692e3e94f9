import type { FaultName, FaultRule } from './rule.js'

/** Whether a rule is about tokens, which not every registry has. */
export const needsTokens = ({ fault }: FaultRule): boolean =>
  fault === 'expired-token' || fault === 'insufficient-scope'

const ofUploads: ReadonlySet<FaultName> = new Set(['drop-chunk', 'double-chunk', 'forget-upload'])

/**
 * Whether a rule is asked behind access: it asks for an account, or would show or take to whom access has not let in what
 * is not theirs.
 */
export const isBehindAccess = (rule: FaultRule): boolean =>
  rule.account !== undefined ||
  needsTokens(rule) ||
  ofUploads.has(rule.fault) ||
  (rule.fault === 'redirect' && rule.to === undefined)
